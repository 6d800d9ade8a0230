// Kinds of the corpus that are about files: several, new, deleted, moved ones, and the ways in which their names are written.

import { header, written } from "./patches-diff.mjs";

const MARKER = "\\ No newline at end of file";

/** `+` or `-` before each line of a text, as the body of a hunk. */
export function body(sign, text) {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  else lines.push(MARKER);
  return lines.map((line) => (line === MARKER ? line : sign + line)).join("\n");
}

const size = (text) => text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
const range = (n) => (n === 1 ? "1" : `1,${n}`);

export const created = (path, text, title = `@@ -0,0 +${range(size(text))} @@`) =>
  `--- /dev/null\n+++ b/${path}\n${title}\n${body("+", text)}\n`;
const removed = (path, text) => `--- a/${path}\n+++ /dev/null\n@@ -${range(size(text))} +0,0 @@\n${body("-", text)}\n`;
const gitLine = (from, to = from) => `diff --git a/${from} b/${to}\n`;

const appears = (write) => (source) =>
  source.isNew && source.after !== ""
    ? { tree: { keep: "k\n" }, after: { keep: "k\n", [source.path]: source.after }, patch: write(source) }
    : undefined;
const disappears = (write) => (source) =>
  source.isNew && source.after !== ""
    ? { tree: { keep: "k\n", [source.path]: source.after }, after: { keep: "k\n" }, patch: write(source) }
    : undefined;

const moved = (write) => (source) => {
  if (source.isNew) return undefined;
  const to = source.path.replace(/([^/]+)$/, "moved/$1");
  const move = `${gitLine(source.path, to)}similarity index 90%\nrename from ${source.path}\nrename to ${to}\n`;
  const after = write.edits ? source.after : source.before;
  return { tree: { [source.path]: source.before }, after: { [to]: after }, patch: move + write.patch(source, to) };
};

/** Some changes of one commit in one patch; files of which nothing was before are new. */
const several = (write) => (source, roll, all) => {
  const others = all.filter(
    ({ commit, path, after }) => commit === source.commit && path !== source.path && after !== "",
  );
  if (others.length === 0 || source.after === "") return undefined;
  const start = roll(others.length);
  const chosen = [source, ...others.slice(start, start + 1 + roll(4))];
  const tree = Object.fromEntries(chosen.flatMap((one) => (one.isNew ? [] : [[one.path, one.before]])));
  const after = Object.fromEntries(chosen.map((one) => [one.path, one.after]));
  return { tree, after, patch: chosen.map(write).join("") };
};

const whole = (source) =>
  source.isNew ? created(source.path, source.after) : header(source.path) + written(source.hunks);
const inGit = (source) => {
  const { path, isNew } = source;
  const mode = isNew ? "new file mode 100644\n" : "";
  return `${gitLine(path)}${mode}index 1234567..89abcde${isNew ? "" : " 100644"}\n${whole(source)}`;
};

/** One file, its names written by `write`. */
const named = (write) => (source) =>
  source.isNew
    ? undefined
    : {
        tree: { [source.path]: source.before },
        after: { [source.path]: source.after },
        patch: write(source.path) + written(source.hunks),
      };

export const FILE_KINDS = [
  ["well-formed, several files", [several(inGit), several(whole)]],
  [
    "new, deleted, renamed files",
    [
      appears(inGit),
      appears(whole),
      disappears(({ path, after }) => removed(path, after)),
      disappears(({ path, after }) => `${gitLine(path)}deleted file mode 100644\n${removed(path, after)}`),
      moved({ edits: false, patch: () => "" }),
      moved({ edits: true, patch: ({ path, hunks }, to) => `--- a/${path}\n+++ b/${to}\n${written(hunks)}` }),
    ],
  ],
  [
    "new files with wrong or no counts",
    [
      appears(({ path, after }) => created(path, after, "@@ -0,0 +1,7 @@")),
      appears(({ path, after }) => created(path, after, "@@ -0,0 +1 @@")),
      appears(({ path, after }) => created(path, after, "@@")),
    ],
  ],
  [
    "names without prefix, with ./, with dates",
    [
      named((path) => `--- ${path}\n+++ ${path}\n`),
      named((path) => `--- ./${path}\n+++ ./${path}\n`),
      named((path) => `--- ${path}\n+++ b/${path}\n`),
      named((path) => `--- a/${path}\n+++ ${path}\n`),
      named((path) => `--- a/${path}\t2026-01-01 10:00:00\n+++ b/${path}\t2026-01-01 10:00:01\n`),
      named((path) => `Index: ${path}\n${"=".repeat(67)}\n--- ${path}\t(revision 1)\n+++ ${path}\t(working copy)\n`),
      named((path) => gitLine(path)),
      named((path) => `--- "a/${path}"\n+++ "b/${path}"\n`),
    ],
  ],
];
