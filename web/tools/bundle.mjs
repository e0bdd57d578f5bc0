// Scripts, styles and pictures, through esbuild. What pages link to is named by its content under
// /assets/ and never changes; /embed.js alone keeps its name, for sites to link to, and is three lines that
// import the rest.
import { readFile } from "node:fs/promises";
import path from "node:path";
import * as esbuild from "esbuild";

const entries = {
  elements: "src/embed.ts",
  article: "src/demo/article.ts",
  moderate: "src/console/console.ts",
  "article-page": "styles/article.css",
  "moderate-page": "styles/moderate.css",
  library: "art/library.svg",
  favicon: "art/favicon.svg",
};

// A style sheet that a script imports becomes minified text, for adoptedStyleSheets.
const stylesAsText = {
  name: "styles-as-text",
  setup(build) {
    build.onLoad({ filter: /\.css$/, namespace: "file" }, async ({ path: file, with: attributes }) => {
      if (attributes.type !== "text") return undefined;
      const { code } = await esbuild.transform(await readFile(file, "utf8"), { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

// Gives {files: [{url, bytes}], names: {entry: url}}.
export async function bundle(root) {
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: Object.entries(entries).map(([out, file]) => ({ in: file, out })),
    outdir: "/site",
    outbase: root,
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: ["es2022", "chrome109", "firefox115", "safari16"],
    charset: "utf8",
    legalComments: "none",
    entryNames: "assets/[name]-[hash]",
    chunkNames: "assets/[name]-[hash]",
    loader: { ".svg": "copy" },
    plugins: [stylesAsText],
    logLevel: "warning",
  });
  const names = {};
  for (const [output, { entryPoint }] of Object.entries(result.metafile.outputs)) {
    const name = Object.keys(entries).find((key) => entries[key] === entryPoint);
    if (name) names[name] = urlOf(path.resolve(root, output));
  }
  const files = result.outputFiles.map((file) => ({ url: urlOf(file.path), bytes: file.contents }));
  return { files: [...files, { url: "/embed.js", bytes: Buffer.from(embedScript(names.elements)) }], names };
}

function urlOf(file) {
  return `/${path.relative("/site", file).split(path.sep).join("/")}`;
}

// The server is where this script is, whatever the path; so the import is relative.
function embedScript(elements) {
  return `import { setTokenProvider, start } from ".${elements}";
start(new URL(".", import.meta.url));
export { setTokenProvider };
`;
}
