// Connection tokens as a site's backend would sign them, by an implementation that is not the server's.
import { createHmac } from "node:crypto";

export const tokenSecret = "system-tests-know-this-secret-of-48-characters!!";

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

export function sign(claims, { secret = tokenSecret, algorithm = "HS256", kid } = {}) {
  const head = { alg: algorithm, typ: "JWT", ...(kid && { kid }) };
  const body = `${encode(head)}.${encode(claims)}`;
  return `${body}.${createHmac("sha256", secret).update(body).digest("base64url")}`;
}

export function tokenFor(user, { role, name, ttl = 600, ...rest } = {}) {
  const now = Math.floor(Date.now() / 1000);
  return sign({ sub: user, exp: now + ttl, ...(role && { role }), ...(name && { info: { name } }), ...rest });
}
