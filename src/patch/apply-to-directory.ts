// The rim of the patch engine: a patch on the files below a directory. Follows no symbolic link, writes all files or none.

import { isUtf8 } from "node:buffer";
import { randomUUID } from "node:crypto";
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { AxonError, InputError } from "../errors.js";
import { applyPatch, type Applied } from "./apply-patch.js";
import type { FileChange } from "./apply-section.js";
import type { Refusal } from "./patch-error.js";
import type { Policy } from "./policy.js";
import { byFold, heldAgainst, NOTHING, nothingOr, textAt, type Standing } from "./standing.js";

/**
 * Applies `text` to the files below `dir`; without `write` only says what would happen.
 * @throws InputError `dir-missing`; AxonError `patch-write` if the disk fails, and the files are then as they were.
 */
export function applyToDirectory(
  text: string,
  directory: string,
  options: { readonly policy: Policy; readonly write: boolean },
): Applied | Refusal {
  const dir = resolve(directory);
  if (statSync(dir, { throwIfNoEntry: false })?.isDirectory() !== true) {
    const advice = "name the one from which the paths of the diff start";
    throw new InputError("dir-missing", `${directory} is no directory: ${advice}`);
  }
  const asked = new Map<string, Standing>();
  const read = (path: string) => {
    const standing = asked.get(path) ?? standingBelow(dir, path);
    asked.set(path, standing);
    return textAt(standing);
  };
  const result = heldAgainst(asked, applyPatch(text, { read, policy: options.policy }));
  if (result.ok && options.write) writeAll(dir, result.files);
  return result;
}

function standingBelow(dir: string, path: string): Standing {
  const segments = path.split("/");
  for (let depth = 1; depth <= segments.length; depth++) {
    const stats = statOf(join(dir, ...segments.slice(0, depth)));
    const here = segments.slice(0, depth).join("/");
    if (!stats) return nothingOr(here, namesBelow(dir, segments.slice(0, depth - 1)));
    if (stats.isSymbolicLink()) return notFile(`${here} is a symbolic link, which no patch may follow`);
    // A file where a directory is needed: its own path is asked for when the clash is looked for.
    if (depth < segments.length && !stats.isDirectory()) return NOTHING;
    if (depth === segments.length && stats.isDirectory()) return { kind: "folder" };
    if (depth === segments.length && !stats.isFile()) return notFile(`${here} is not a regular file`);
  }
  const bytes = readFileSync(join(dir, path));
  if (isUtf8(bytes)) return { kind: "text", text: bytes.toString("utf8") };
  return { kind: "other", code: "binary", why: `${path} is not UTF-8: only text can be patched` };
}

function namesBelow(dir: string, segments: readonly string[]): ReadonlyMap<string, string> {
  return byFold(readdirSync(join(dir, ...segments)).map((name) => [...segments, name].join("/")));
}

function notFile(why: string): Standing {
  return { kind: "other", code: "not-a-file", why };
}

function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

interface Step {
  readonly path: string;
  /** Undefined: nothing stands here afterwards. */
  readonly after: string | undefined;
  /** What stood here, to put back. */
  readonly before: Buffer | undefined;
  readonly mode: number;
  readonly temporary: string;
}

/** `dir` is absolute. Writes every new text beside its place, then renames; whatever fails, what was done is undone. */
function writeAll(dir: string, files: readonly FileChange[]): void {
  const steps = planSteps(dir, files);
  const made: string[] = [];
  const done: Step[] = [];
  try {
    for (const step of steps) {
      if (step.after === undefined) continue;
      makeParents(dir, step.path, made);
      writeFileSync(step.temporary, step.after, { mode: step.mode, flag: "wx" });
    }
    for (const step of steps) {
      done.push(step);
      if (step.after === undefined) rmSync(step.path);
      else renameSync(step.temporary, step.path);
    }
  } catch (cause) {
    undo(done, steps, made);
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `the patch could not be written below ${dir}, and its files are as they were: ${why}`;
    throw new AxonError("patch-write", message, { cause });
  }
}

function planSteps(dir: string, files: readonly FileChange[]): Step[] {
  const final = new Map<string, { readonly after: string | undefined; readonly model: string }>();
  for (const { action, from } of files) if (action === "rename") final.set(from!, { after: undefined, model: from! });
  for (const { path, from, after } of files) final.set(path, { after, model: from ?? path });
  return [...final].map(([name, { after, model }]): Step => {
    const path = join(dir, name);
    const temporary = join(dirname(path), `.axon-${randomUUID()}`);
    const before = statOf(path) ? readFileSync(path) : undefined;
    return { path, after, before, mode: (statOf(join(dir, model))?.mode ?? 0o644) & 0o777, temporary };
  });
}

/** Creates the missing directories above `path` and notes them in `made`, outermost first. */
function makeParents(dir: string, path: string, made: string[]): void {
  const missing: string[] = [];
  for (let parent = dirname(path); parent.length > dir.length && !statOf(parent); parent = dirname(parent))
    missing.unshift(parent);
  for (const parent of missing) {
    mkdirSync(parent);
    made.push(parent);
  }
}

function undo(done: readonly Step[], steps: readonly Step[], made: readonly string[]): void {
  for (const { path, before, mode } of done.toReversed()) {
    if (before === undefined) rmSync(path, { force: true });
    else writeFileSync(path, before, { mode });
  }
  for (const { temporary } of steps) rmSync(temporary, { force: true });
  for (const directory of made.toReversed()) rmdirSync(directory);
}
