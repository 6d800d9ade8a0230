// `axon patch` from the command line: whose paths may change, and how a refusal reads.

import { beforeAll, describe, expect, test } from "@jest/globals";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createPatch } from "../../src/patch/index.js";
import { createRepository } from "../../src/repository/repository.js";
import { patchDirectory } from "../../src/wire/patch.js";
import { axon } from "../support/command.js";
import { temporaryDirectories } from "../support/temporary.js";

const temporary = temporaryDirectories();
const repository = temporary();
const plain = temporary();
const diffs = temporary();
const CONFIGURATION = 'evolve: { paths: ["lib/**"] }\n';

beforeAll(async () => {
  const files = { ".github/axon.yml": CONFIGURATION, "lib/a.txt": "one\n", "src/a.txt": "one\n" };
  await createRepository(
    repository,
    Object.entries(files).map(([path, content]) => ({ path, content })),
    "start",
  );
  mkdirSync(join(plain, "src"));
  writeFileSync(join(plain, "src/a.txt"), "one\n");
});

function diffFile(text: string): string {
  const path = join(diffs, `${Buffer.from(text).length}-${text.length % 97}.diff`);
  writeFileSync(path, text);
  return path;
}

const edit = (path: string) => diffFile(createPatch(path, "one\n", "two\n"));
const codeOf = async (diff: string, directory: string) => {
  const report = await patchDirectory(diff, directory, false);
  return report.ok ? "applied" : report.error.code;
};

describe("a repository that says what may evolve", () => {
  test("allows that alone, and the refusal says where it is written", async () => {
    expect(await codeOf(edit("lib/a.txt"), repository)).toBe("applied");
    const report = await patchDirectory(edit("src/a.txt"), repository, false);
    const message = expect.stringContaining("lib/** (evolve.paths of .github/axon.yml at HEAD)");
    expect(report).toMatchObject({ ok: false, error: { code: "path-not-allowed", message } });
  });

  test("counts paths from its top, wherever the patch begins", async () => {
    expect(await codeOf(edit("a.txt"), join(repository, "lib"))).toBe("applied");
    expect(await codeOf(edit("a.txt"), join(repository, "src"))).toBe("path-not-allowed");
    expect(await codeOf(diffFile(createPatch("x.yml", undefined, "x\n")), join(repository, ".github"))).toBe(
      "protected-path",
    );
  });

  test("is asked at HEAD, whatever the work tree says", async () => {
    const path = join(repository, ".github/axon.yml");
    writeFileSync(path, 'evolve: { paths: ["**"] }\n');
    expect(await codeOf(edit("src/a.txt"), repository)).toBe("path-not-allowed");
    writeFileSync(path, CONFIGURATION);
  });
});

test("without a repository everything inside the fence may change", async () => {
  expect(await codeOf(edit("src/a.txt"), plain)).toBe("applied");
});

describe("the command", () => {
  const run = (...args: string[]) => axon(["patch", ...args]);

  test("prints everything that has to be mended, and all of it as JSON", async () => {
    const diff = diffFile(createPatch("src/a.txt", "no\n", "yes\n") + createPatch("src/none", "no\n", "yes\n"));
    const text = await run(diff, "--dir", plain);
    expect(text.code).toBe(2);
    expect(text.stdout).toMatch(/2 things have to be mended:\n- context-not-found: [^]*\n- file-missing: /);
    const json = await run(diff, "--dir", plain, "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { others: [{ code: "file-missing" }] } });
    expect(readFileSync(join(plain, "src/a.txt"), "utf8")).toBe("one\n");
  });

  test("refuses a directory that is none, and says how to mend it", async () => {
    const { code, stderr } = await run(edit("src/a.txt"), "--dir", join(plain, "nope"));
    expect(code).toBe(2);
    expect(stderr).toMatch(/nope is no directory: name the one from which the paths of the diff start/);
    expect(stderr).not.toMatch(/bug/);
  });
});
