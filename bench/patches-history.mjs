// Real changes of this project as material for the corpus: each file of each commit before and after, and git's own diff of it.

import { execFileSync } from "node:child_process";
import { applied, parseHunks } from "./patches-diff.mjs";

/** Names that no patch may touch, and what is no program, prose or configuration. */
const LEFT_OUT = /(?:^|\/)\.|lock\.json$|^model\/|\.(?:onnx|svg)$/;
const MOST_BYTES = 40_000;
const MOST_CHANGED = 120;

const git = (args, input) => execFileSync("git", args, { encoding: "utf8", input, maxBuffer: 1 << 28, stdio: "pipe" });

/**
 * The changes of the oldest `count` commits that HEAD descends from, oldest first: those stay the same while a history grows.
 * A new file has no `before`.
 */
export function history(count) {
  const commits = git(["rev-list", "--reverse", "--topo-order", "--no-merges", "HEAD"]).trim().split("\n");
  const changes = commits.slice(0, count).flatMap(changesOf);
  const texts = blobs([...new Set(changes.flatMap(({ oldId, newId }) => [oldId, newId]))]);
  return changes.flatMap(({ oldId, newId, ...change }) => {
    const source = { ...change, before: texts.get(oldId), after: texts.get(newId) };
    return isUsable(source) ? [source] : [];
  });
}

function changesOf(commit) {
  const text = git(["diff-tree", "--root", "--no-commit-id", "-r", "-p", "--no-renames", "--full-index", commit]);
  return text.split(/^(?=diff --git )/m).flatMap((diff) => {
    const ids = /^index ([0-9a-f]+)\.\.([0-9a-f]+)/m.exec(diff);
    const path = /^\+\+\+ b\/([^\n"]+)$/m.exec(diff)?.[1];
    const isPlain = / 100644$|^new file mode 100644$/m.test(diff);
    if (!ids || path === undefined || !isPlain || LEFT_OUT.test(path)) return [];
    return [{ commit, path, hunks: parseHunks(diff), oldId: ids[1], newId: ids[2] }];
  });
}

function isUsable({ hunks, before, after }) {
  const changed = hunks.flatMap(({ lines }) => lines).filter((line) => !line.startsWith(" ")).length;
  if (after === undefined || changed === 0 || (before ?? "").length > MOST_BYTES || after.length > MOST_BYTES)
    return false;
  if (before === undefined) return true;
  if (applied(before, hunks) !== after) throw new Error("the corpus misreads git's diff");
  return changed <= MOST_CHANGED;
}

/** Texts by id; git's id of nothing has none. */
function blobs(ids) {
  const known = ids.filter((id) => !/^0+$/.test(id));
  const bytes = execFileSync("git", ["cat-file", "--batch"], { input: `${known.join("\n")}\n`, maxBuffer: 1 << 28 });
  const texts = new Map();
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(10, at);
    const [id, , size] = bytes.subarray(at, end).toString().split(" ");
    texts.set(id, bytes.subarray(end + 1, end + 1 + Number(size)).toString("utf8"));
    at = end + 2 + Number(size);
  }
  return texts;
}
