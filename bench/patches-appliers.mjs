// AXON and its peers, each applying a patch text to the files below a directory: true where it claims success.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { applyPatch, parsePatch } from "diff";
import { applyToDirectory, OPEN_POLICY } from "../dist/patch/index.js";

function axon(text, dir) {
  return applyToDirectory(text, dir, { policy: OPEN_POLICY, write: true }).ok;
}

/** The least that a user of the package has to write around it; it checks no paths because the package does not. */
function packageDiff(fuzzFactor) {
  return (text, dir) => {
    try {
      const work = parsePatch(text).map((file) => planned(file, dir, fuzzFactor));
      if (work.some(({ after }) => after === false)) return false;
      for (const one of work) write(one, dir);
      return true;
    } catch {
      return false;
    }
  };
}

/** What would be written outside of the directory is not, but counts as a success. */
function write({ from, to, after }, dir) {
  if (!isBelow(dir, to)) return;
  if (from !== to && from !== undefined) rmSync(from, { force: true });
  mkdirSync(dirname(to), { recursive: true });
  if (after === undefined) rmSync(to, { force: true });
  else writeFileSync(to, after);
}

const isBelow = (dir, path) => path.startsWith(`${dir}/`);

function planned(file, dir, fuzzFactor) {
  const [old, fresh] = [file.oldFileName, file.newFileName].map((name) => name?.replace(/^[ab]\//, ""));
  const creates = old === "/dev/null";
  const deletes = fresh === "/dev/null";
  const source = join(dir, creates ? fresh : (old ?? ""));
  const before = creates ? "" : isBelow(dir, source) ? readFileSync(source, "utf8") : "";
  const after = applyPatch(before, file, { fuzzFactor });
  const to = deletes ? source : join(dir, fresh ?? old ?? "");
  const from = file.isRename ? source : undefined;
  return { from, to, after: deletes && after !== false ? undefined : after };
}

function command(name, args) {
  return (text, dir) => {
    const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(dir), GIT_CONFIG_GLOBAL: "/dev/null", LC_ALL: "C" };
    const { status, error } = spawnSync(name, args, {
      cwd: dir,
      input: text,
      env,
      timeout: 20_000,
      stdio: ["pipe", "ignore", "ignore"],
    });
    if (error?.code === "ENOENT") throw new Error(`${name} is not installed`);
    return status === 0;
  };
}

export const APPLIERS = {
  AXON: axon,
  diff: packageDiff(0),
  "diff, fuzz 2": packageDiff(2),
  "git apply": command("git", ["apply", "--whitespace=nowarn"]),
  "git apply, lenient": command("git", ["apply", "--whitespace=nowarn", "--recount", "-C1", "--ignore-whitespace"]),
  "patch -F3": command("patch", [
    "-p1",
    "-F3",
    "--batch",
    "--forward",
    "--silent",
    "--no-backup-if-mismatch",
    "-r",
    "-",
  ]),
};
