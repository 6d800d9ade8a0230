import { describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const README = readFileSync("README.md", "utf8");

interface Shown {
  readonly command: string;
  readonly output: string;
}

/** Every `$ command` of the console blocks with the output below it. */
const SHOWN: Shown[] = [...README.matchAll(/```console\n([^]*?)```/g)].flatMap(([, body]) =>
  body
    .split(/^\$ /m)
    .filter(Boolean)
    .map((part) => ({ command: part.slice(0, part.indexOf("\n")), output: part.slice(part.indexOf("\n") + 1) })),
);

/** Long things run with a small budget, and without the build that `npm test` has already done. */
const SMALLER: readonly (readonly [RegExp, string])[] = [
  [/npm run evolve -- (.*)/, "npm run --silent axon -- evolve $1 --tokens 2000 --trainings 34"],
  [/--tokens 200000/, "--tokens 5120"],
];

describe("what the README shows", () => {
  const runnable = SHOWN.filter(({ command }) => !command.startsWith("npm ci"));

  test("includes the two commands", () => {
    expect(SHOWN.map(({ command }) => command)).toEqual(
      expect.arrayContaining(["npm ci && npm test", "npm run evolve -- --demo"]),
    );
  });

  test("runs, in its order, and prints lines of the kind it shows", () => {
    for (const { command, output } of runnable) {
      const small = SMALLER.reduce((text, [from, to]) => text.replace(from, to), command);
      const { status, stdout, stderr } = spawnSync("sh", ["-c", small], { encoding: "utf8" });
      expect([command, status, stderr.match(/^axon: .*/m)?.[0]]).toEqual([command, 0, undefined]);
      const kinds = (text: string) =>
        text.match(/^(?:baseline|verdict:|spent:|steps|parameters|held out|checkpoint|[\d.]+ bits)/gm) ?? [];
      expect(kinds(output).map(labelOf).length > 0 || /axon -- sample/.test(command)).toBe(true); // a text has no lines of a kind
      expect(stdout).not.toBe("");
      expect(kinds(stdout).map(labelOf)).toEqual(expect.arrayContaining(kinds(output).map(labelOf)));
    }
  }, 120_000);

  test("lists every source file with its own first sentence", () => {
    const { status, stderr } = spawnSync(process.execPath, ["scripts/readme.mjs", "--check"], { encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
  });

  test("links to files that exist", () => {
    for (const [, target] of README.matchAll(/\]\((?!https?:)([^)#]+)/g))
      expect(readFileSync(target, "utf8")).not.toBe("");
  });
});

function labelOf(line: string): string {
  return line.replace(/^[\d.]+/, "N");
}
