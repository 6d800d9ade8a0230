// Keeps the README true: runs the commands it shows and puts their real output below them, and lists every source file with the
// first sentence of its header. `node scripts/readme.mjs` rewrites, `--tree` only the tree, `--check` says whether the tree is current.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const file = `${root}README.md`;
const mode = process.argv[2];

/** The first sentence of a file's header comment. */
function remark(path) {
  if (path.endsWith(".md")) return "What a language model is told, with blanks to fill";
  const text = readFileSync(`${root}${path}`, "utf8").replace(/^#!.*\n/, "");
  const header = /^(?:\/\/ .*\n)+/.exec(text);
  if (!header) throw new Error(`${path} has no header comment`);
  const words = header[0]
    .replaceAll(/^\/\/ /gm, "")
    .replaceAll("\n", " ")
    .trim();
  const sentence = /^.*?[.?](?= |$)/.exec(words)[0].replace(/\.$/, "");
  return sentence.length > 100 ? sentence.replace(/:.*/, "") : sentence;
}

function tree(folder, indent = "") {
  const entries = readdirSync(`${root}${folder}`, { withFileTypes: true }).toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  const files = entries.filter((entry) => entry.isFile());
  const folders = entries.filter((entry) => entry.isDirectory());
  const width = Math.max(...files.map((entry) => entry.name.length), 0);
  return [
    ...files.map(({ name }) => `${indent}${name.padEnd(width)}  ${remark(`${folder}/${name}`)}`),
    ...folders.flatMap(({ name }) => [`${indent}${name}/`, ...tree(`${folder}/${name}`, `${indent}  `)]),
  ];
}

function withTree(text) {
  const block = ["<!-- tree -->", "", "```text", "src/", ...tree("src", "  "), "```", "", "<!-- /tree -->"].join("\n");
  return text.replace(/<!-- tree -->[\s\S]*<!-- \/tree -->/, () => block);
}

/** Runs every `$ command` of the console blocks in turn, from the repository's root, and shows its results (stdout). */
function withOutputs(text) {
  return text.replaceAll(/```console\n([\s\S]*?)```/g, (whole, body) => {
    const commands = body.split("\n").filter((line) => line.startsWith("$ "));
    if (commands.every((command) => command.includes("npm ci"))) return whole; // installs and tests: see the log of CI
    const shown = commands.map((command) => {
      process.stderr.write(`${command}\n`);
      const { stdout, status } = spawnSync("sh", ["-c", command.slice(2)], {
        cwd: root,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "inherit"],
      });
      if (status !== 0) throw new Error(`${command} ended with ${status}`);
      const lines = stdout.split("\n").filter((line) => !line.startsWith("> ")); // npm's own announcement
      return `${command}\n${lines.join("\n").replace(/^\n+/, "").trimEnd()}\n`;
    });
    return `\`\`\`console\n${shown.join("")}\`\`\``;
  });
}

const before = readFileSync(file, "utf8");
const after = mode === undefined ? withTree(withOutputs(before)) : withTree(before);
if (mode === "--check") {
  if (after !== before) {
    process.stderr.write("README.md: the tree is out of date; run `node scripts/readme.mjs --tree`\n");
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, after);
}
