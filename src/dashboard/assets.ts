// The files that a browser loads, all read at the start and served by exact name: the pages, what they import, and the style. Nothing is
// bundled: names of packages are turned into addresses, which is all that a browser lacks.

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileReply, type Reply } from "../http/reply.js";
import { STYLE } from "./style.js";

const resolve = createRequire(import.meta.url).resolve;

/** Packages by the names they are imported by. */
const PACKAGES: Readonly<Record<string, string>> = {
  preact: resolve("preact"),
  "preact/hooks": resolve("preact/hooks"),
  htm: join(dirname(resolve("htm")), "htm.mjs"),
  uplot: join(dirname(resolve("uplot")), "uPlot.esm.js"),
};
const PLOT_STYLE = join(dirname(PACKAGES.uplot), "uPlot.min.css");

const IMPORT = /(\bfrom\s*|\bimport\s*)(["'])([\w/-]+)\2/g;

/** Address → answer. */
export function loadAssets(): ReadonlyMap<string, Reply> {
  const main = resolve("#dashboard-page");
  const built = dirname(dirname(dirname(main)));
  const pages = readdirSync(dirname(main)).filter((name) => name.endsWith(".js"));
  const own = [...pages.map((name) => `dashboard/pages/${name}`), "live/live-state.js", "report/numbers.js"];
  return new Map([
    ...own.map((path) => [`/assets/${path}`, script(join(built, path))] as const),
    ...Object.entries(PACKAGES).map(([name, file]) => [addressOf(name), script(file)] as const),
    ["/assets/plot.css", fileReply("text/css; charset=utf-8", readFileSync(PLOT_STYLE))],
    ["/assets/style.css", fileReply("text/css; charset=utf-8", STYLE)],
    ["/favicon.svg", fileReply("image/svg+xml", ICON)],
    ["/", fileReply("text/html; charset=utf-8", shell(basename(main)))],
  ]);
}

function script(file: string): Reply {
  return fileReply("text/javascript; charset=utf-8", addressed(readFileSync(file, "utf8")));
}

function addressed(text: string): string {
  return text
    .replace(IMPORT, (whole, word: string, _, name: string) => (PACKAGES[name] ? `${word}"${addressOf(name)}"` : whole))
    .replace(/^\/\/# sourceMappingURL=.*$/m, "");
}

function addressOf(name: string): string {
  return `/assets/packages/${name.replace("/", "-")}.js`;
}

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M2 13 8 3l6 10" fill="none" stroke="#0969da" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/><circle cx="8" cy="11" r="1.8" fill="#1a7f37"/></svg>`;

/** The same for every page: what it shows depends on its address, and is asked for once somebody has signed in. */
function shell(main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>AXON</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/plot.css">
<link rel="stylesheet" href="/assets/style.css">
<script type="module" src="/assets/dashboard/pages/${main}"></script>
</head>
<body>
<div id="page"><noscript><p>These pages are drawn by a script. The evidence of a cycle needs none: axon report --html.</p></noscript></div>
</body>
</html>
`;
}
