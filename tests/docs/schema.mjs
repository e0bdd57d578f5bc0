// The JSON Schemas of docs/schema, compiled.
import Ajv from "ajv/dist/2020.js";
import { list, read } from "./repository.mjs";

const ajv = new Ajv({ allErrors: true, strict: true, strictRequired: false });
for (const file of list("docs/schema")) ajv.addSchema(JSON.parse(read(`docs/schema/${file}`)));

// What is wrong with `value`, in words; empty when nothing is. `name` is such as "rpc.poll.vote.json#/$defs/params".
export function problems(name, value) {
  const validate = ajv.getSchema(name);
  if (!validate) return `no schema ${name}`;
  return validate(value) ? "" : ajv.errorsText(validate.errors);
}

export const problemsOfParams = (method, value) => problems(`rpc.${method}.json#/$defs/params`, value);
export const problemsOfResult = (method, value) => problems(`rpc.${method}.json#/$defs/result`, value);
export const problemsOfPublication = (channel, value) =>
  problems(`channel.${channel.split(":")[0]}.json#/$defs/data`, value);

export const methodsWithSchema = () =>
  list("docs/schema").flatMap((file) => /^rpc\.(.+)\.json$/.exec(file)?.[1] ?? []);
export const channelsWithSchema = () =>
  list("docs/schema").flatMap((file) => /^channel\.(.+)\.json$/.exec(file)?.[1] ?? []);
