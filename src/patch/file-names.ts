// Which file a section of a patch means: unquoting, the a/ and b/ prefixes, agreement of all names. Whether it may be touched: policy.ts.

import { accept, refuse, type Result } from "./patch-error.js";
import type { SectionAction } from "./patch.js";

/** The names and marks of a section's header, as written. */
export interface SectionHeader {
  readonly line: number;
  /** What follows `diff --git `. */
  git?: string;
  old?: string;
  new?: string;
  renameFrom?: string;
  renameTo?: string;
  copyFrom?: string;
  copyTo?: string;
  created?: boolean;
  deleted?: boolean;
}

export interface FileNames {
  readonly action: SectionAction;
  readonly path: string;
  readonly from?: string;
}

interface NamePair {
  readonly old: string;
  readonly new: string;
}

const NOTHING = "/dev/null";

/** Prefixes git writes before the old and the new name (`diff.mnemonicPrefix` gives all but the first). */
const GIT_PREFIXES: readonly (readonly [string, string])[] = [
  ["a/", "b/"],
  ["i/", "w/"],
  ["c/", "i/"],
  ["c/", "w/"],
  ["o/", "w/"],
];

/** The one file (or source and target) a section is about; `path-mismatch` where its names disagree. */
export function resolveNames(header: SectionHeader): Result<FileNames> {
  const pair = strippedPair(header);
  const moved = movedNames(header);
  if (moved) {
    const agrees = !pair || (pair.old === moved.from && pair.new === moved.path);
    return agrees ? accept(moved) : mismatch(header, `${moved.from} and ${moved.path}`, `${pair.old} and ${pair.new}`);
  }
  if (!pair)
    return refuse("no-file-name", "the section names no file: add `--- a/PATH` and `+++ b/PATH`", {
      line: header.line,
    });
  const created = header.created === true || pair.old === NOTHING;
  const deleted = header.deleted === true || pair.new === NOTHING;
  const path = pair.new === NOTHING ? pair.old : pair.new;
  if (path === NOTHING || (created && deleted)) {
    return refuse("malformed", "the section both creates and deletes its file", { line: header.line });
  }
  if (pair.old !== NOTHING && pair.new !== NOTHING && pair.old !== pair.new)
    return mismatch(header, pair.old, pair.new);
  const git = header.git === undefined ? undefined : splitGitNames(header.git);
  if (git && !strips(git, path)) return mismatch(header, `diff --git ${header.git}`, path);
  return accept({ action: created ? "create" : deleted ? "delete" : "modify", path });
}

/** Decodes a name of `---`, `+++` or a rename line: C quoting, a time stamp, a leading `./`. */
export function decodeName(written: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(written);
  const name = quoted
    ? unquote(quoted[1])
    : written
        .split("\t", 1)[0]
        .replace(/(?<!\s)\s+\d{4}-\d\d-\d\d[ T]\d\d:.*$/, "")
        .trimEnd();
  return withoutDotSlash(name);
}

function mismatch(header: SectionHeader, one: string, other: string) {
  const message = `the names disagree: ${one} against ${other}; a rename needs the lines \`rename from\` and \`rename to\``;
  return refuse("path-mismatch", message, { line: header.line });
}

function movedNames(header: SectionHeader): FileNames | undefined {
  if (header.renameFrom !== undefined && header.renameTo !== undefined) {
    return { action: "rename", from: header.renameFrom, path: header.renameTo };
  }
  if (header.copyFrom !== undefined && header.copyTo !== undefined) {
    return { action: "copy", from: header.copyFrom, path: header.copyTo };
  }
  return undefined;
}

/** Old and new name without prefixes, from `---` and `+++` or else from the git line. */
function strippedPair(header: SectionHeader): NamePair | undefined {
  const git = header.git === undefined ? undefined : splitGitNames(header.git);
  const written = header.old !== undefined && header.new !== undefined ? { old: header.old, new: header.new } : git;
  if (!written) return undefined;
  const prefixes = git ? gitPrefixes(git) : plainPrefixes(written);
  const stripped = { old: strip(written.old, prefixes?.[0]), new: strip(written.new, prefixes?.[1]) };
  if (prefixes || stripped.old === stripped.new) return stripped;
  return oneSided(stripped) ?? stripped;
}

function gitPrefixes(pair: NamePair): readonly [string, string] | undefined {
  return GIT_PREFIXES.find(([a, b]) => pair.old.startsWith(a) && pair.new.startsWith(b));
}

/** Without a git line the prefixes count only where both sides have theirs, or one does and the other is nothing. */
function plainPrefixes(pair: NamePair): readonly [string, string] | undefined {
  const old = pair.old === NOTHING || pair.old.startsWith("a/");
  return old && (pair.new === NOTHING || pair.new.startsWith("b/")) ? ["a/", "b/"] : undefined;
}

/** `--- x` with `+++ b/x`, or `--- a/x` with `+++ x`: one name, one prefix forgotten. */
function oneSided(pair: NamePair): NamePair | undefined {
  if (strip(pair.old, "a/") === pair.new) return { old: pair.new, new: pair.new };
  return strip(pair.new, "b/") === pair.old ? { old: pair.old, new: pair.old } : undefined;
}

function strip(name: string, prefix: string | undefined): string {
  if (name === NOTHING || !prefix || !name.startsWith(prefix)) return name;
  return withoutDotSlash(name.slice(prefix.length));
}

function strips(git: NamePair, path: string): boolean {
  const prefixes = gitPrefixes(git);
  return strip(git.old, prefixes?.[0]) === path || strip(git.new, prefixes?.[1]) === path;
}

function withoutDotSlash(name: string): string {
  return name.replace(/^(?:\.\/)+/, "");
}

/** Both names of `diff --git`: quoted ones by their quotes, plain ones where both halves mean the same file. */
function splitGitNames(text: string): NamePair | undefined {
  const quoted = /^("(?:[^"\\]|\\.)*"|\S+) ("(?:[^"\\]|\\.)*"|\S+)$/.exec(text.trimEnd());
  if (quoted) return { old: decodeName(quoted[1]), new: decodeName(quoted[2]) };
  const middle = text.trimEnd().length >> 1;
  const pair = { old: text.slice(0, middle), new: text.slice(middle + 1).trimEnd() };
  const prefixes = gitPrefixes(pair);
  return strip(pair.old, prefixes?.[0]) === strip(pair.new, prefixes?.[1]) ? pair : undefined;
}

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, "\\": 92 };

/** C quoting as git writes it: octal escapes are bytes of UTF-8. */
function unquote(text: string): string {
  const bytes: number[] = [];
  for (const [part] of text.matchAll(/\\[0-7]{1,3}|\\.|[^\\]/gsu)) {
    if (/^\\[0-7]/.test(part)) bytes.push(Number.parseInt(part.slice(1), 8) & 255);
    else if (part.startsWith("\\") && part.length > 1) bytes.push(ESCAPES[part[1]] ?? part.charCodeAt(1) & 255);
    else bytes.push(...Buffer.from(part));
  }
  return Buffer.from(bytes).toString("utf8");
}
