// Builds what browsers load into web/static/built/: the stylesheet, the scripts of the packages we use, and ours.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";
import * as esbuild from "esbuild-wasm";
import * as sass from "sass";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const packages = path.join(root, "node_modules");
const built = path.join(root, "web/static/built");

rmSync(built, { recursive: true, force: true });
mkdirSync(built, { recursive: true });

const { css } = sass.compile(path.join(root, "web/assets/site.scss"), {
  loadPaths: [packages],
  style: "compressed",
  quietDeps: true,
});
// What refers to another host would be loaded from there: a build that has such a thing is a broken build.
const elsewhere = css.match(/url\(["']?(?:https?:)?\/\/[^)]*\)/);
if (elsewhere) throw new Error(`The stylesheet would load ${elsewhere[0]} from another host.`);
writeFileSync(path.join(built, "site.css"), css);

const copies = [
  ["nhsuk-frontend/dist/nhsuk/nhsuk-frontend.min.js", "nhsuk-frontend.min.js"],
  ["nhsuk-frontend/dist/nhsuk/nhsuk-frontend.min.js.map", "nhsuk-frontend.min.js.map"],
  ["htmx.org/dist/htmx.min.js", "htmx.min.js"],
];
const pictures = new Set([...css.matchAll(/url\(["']?(images\/[^"')]+)/g)].map((found) => found[1]));
for (const picture of pictures) copies.push([`nhsuk-frontend/dist/nhsuk/assets/${picture}`, picture]);
mkdirSync(path.join(built, "images"), { recursive: true });
for (const [from, to] of copies) copyFileSync(path.join(packages, from), path.join(built, to));

// A script of several files becomes one, with its packages; the worker stands alone, at the root of the site.
const bundled = { bundle: true, minify: true, target: "es2022", legalComments: "none", outdir: built };
await esbuild.build({
  ...bundled,
  entryPoints: { queue: path.join(root, "web/assets/queue/index.js"), worker: path.join(root, "web/assets/queue/worker.js") },
  format: "esm",
});
