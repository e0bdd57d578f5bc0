// Style sheets that a script imports are text: tools/bundle.mjs.
declare module "*.css" {
  const text: string;
  export default text;
}
