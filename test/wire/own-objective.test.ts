// A repository's own objective: a number that its own command reports, in either direction, and dependencies prepared once.

import { expect } from "@jest/globals";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createPatch } from "../../src/patch/index.js";
import { createRepository } from "../../src/repository/repository.js";
import { evolve } from "../../src/wire/evolve.js";
import { OPTIONS, scripted, UNWATCHED } from "../support/command-repository.js";
import { sandboxed } from "../support/sandbox.js";
import { temporaryDirectories } from "../support/temporary.js";

const temporary = temporaryDirectories();

const CONFIGURATION = `evolve: { paths: ["lib/**", report.json, check.sh] }
prepare: mkdir -p deps && cp lib/speed deps/base && date >deps/when
objective: { command: sh check.sh, file: report.json, path: result.speed, direction: higher, name: speed }
`;
/** The number in lib/speed, a little moved by the seed and by chance; it fails where what was prepared is missing or can be written. */
const CHECK = `test -s deps/base && ! echo x 2>/dev/null >deps/base && test ! -e .git || exit 9
echo "{\\"result\\": {\\"speed\\": $(cat lib/speed).00$(echo $AXON_SEED $(cat lib/speed) | cksum | cut -c1-3)}}" >report.json
`;

async function repository(): Promise<string> {
  const directory = temporary();
  const files = [
    { path: ".github/axon.yml", content: CONFIGURATION },
    { path: "check.sh", content: CHECK },
    { path: "lib/speed", content: "100\n" },
    { path: "report.json", content: '{"result": {"speed": 1e9}}' },
  ];
  await createRepository(directory, files, "a program");
  return directory;
}

const speed = (text: string) => createPatch("lib/speed", "100\n", text);

sandboxed("a number that shall be higher is raised, confirmed and committed [needs bwrap]", async () => {
  const directory = await repository();
  const propose = scripted([
    ["slower", speed("90\n")],
    ["not a number", speed("x\n")],
    ["the ruler", createPatch("check.sh", CHECK, "true\n")],
    ["a forged report", createPatch("report.json", '{"result": {"speed": 1e9}}', '{"result": {"speed": 1e10}}')],
    ["faster", speed("200\n")],
  ]);
  const result = await evolve({ ...OPTIONS, directory, trainings: 42, propose }, UNWATCHED);
  expect(result.attempts.map(({ hypothesis, decision, reason }) => [hypothesis, decision, reason])).toEqual([
    ["slower", "rejected", "worse than its parent on the same seed"],
    ["not a number", "rejected", expect.stringMatching(/is not JSON/)],
    ["the ruler", "rejected", expect.stringMatching(/not among the paths that may change: .*not check.sh/)],
    ["a forged report", "rejected", "it changes no digit of the result"],
    ["faster", "kept", "better than its parent on the same seed"],
  ]);
  expect(result).toMatchObject({
    objective: { name: "speed", direction: "higher", selfReported: true },
    decision: { verdict: "accepted" },
  });
  expect(result.decision.effect).toBeCloseTo(100, 1);
  expect(result.pairs[0].candidate).toMatchObject({ model: null, training: null });
  const prepared = readdirSync(join(directory, ".git/axon/prepared"));
  expect(prepared).toHaveLength(1);
  expect(existsSync(join(directory, ".git/axon/prepared", prepared[0], "deps/when"))).toBe(true);
  expect(readdirSync(join(directory, ".git/axon")).filter((name) => name.startsWith("training-"))).toEqual([]);
});
