// A directory in which patches are tried one after the other, and the judgement of what became of it.

import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Below two folders of its own, so that what leads out of it stays in sight. */
export function openField() {
  const root = mkdtempSync(join(tmpdir(), "axon-patches-"));
  return { root, dir: join(root, "outer", "tree"), close: () => rmSync(root, { recursive: true, force: true }) };
}

/** "right", "wrong" or "refused", and milliseconds. A claim of success that did nothing, or something else, is wrong; so is a refusal that changed files. */
export function tried(field, apply, { tree, links = {}, patch, after }) {
  lay(field, tree, links);
  const before = snapshot(field.root);
  const start = performance.now();
  const claims = apply(patch, field.dir);
  const milliseconds = performance.now() - start;
  const found = snapshot(field.root);
  if (!claims) return { verdict: same(found, before) ? "refused" : "wrong", milliseconds };
  if (after === undefined) return { verdict: "wrong", milliseconds };
  lay(field, after, links);
  return { verdict: same(found, snapshot(field.root)) ? "right" : "wrong", milliseconds };
}

function lay({ root, dir }, tree, links) {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  for (const [path, text] of Object.entries(tree)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(dir, path));
}

/** Files and links by path with their contents; empty folders count for nothing. */
function snapshot(root) {
  const found = new Map();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) continue;
    const isLink = lstatSync(path).isSymbolicLink();
    found.set(path, isLink ? `link ${readlinkSync(path)}` : readFileSync(path, "utf8"));
  }
  return found;
}

function same(one, other) {
  return one.size === other.size && [...one].every(([path, text]) => other.get(path) === text);
}
