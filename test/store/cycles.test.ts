import { describe, expect, test } from "@jest/globals";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FinishedCycle } from "../../src/candidate.js";
import { Archive } from "../../src/store/archive.js";
import { readCycle } from "../../src/store/cycles.js";
import { attempt, finishedCycle, pair } from "../support/evidence.js";
import { temporaryDirectories } from "../support/temporary.js";

const temporary = temporaryDirectories();

async function archived(...cycles: readonly FinishedCycle[]): Promise<string> {
  const directory = temporary();
  const archive = await Archive.open(directory);
  await archive.append({ kind: "attempt", cycle: "x", attempt: attempt() });
  for (const result of cycles) await archive.append({ kind: "cycle", result });
  await archive.close();
  return directory;
}

const full = finishedCycle({ id: "abc1", attempts: [attempt()], pairs: [pair(1, 3, 2)], pruned: ["1-5f0c2a11"] });
const ids = ["abc1", "abd2", "0c", "0d", "0e", "0f"];
const several = () => archived(...ids.map((id) => ({ ...full, id })));

describe("reading a cycle", () => {
  test("gives the last that ended, or the one whose id begins as asked", async () => {
    const directory = await several();
    expect(await readCycle(directory, "")).toEqual({ ...full, id: "0f" });
    expect(await readCycle(directory, "abc")).toEqual(full);
  });

  test("needs no lock and changes nothing, while another holds the archive and is in the middle of a line", async () => {
    const directory = await archived(full);
    const file = join(directory, "archive.jsonl");
    const archive = await Archive.open(directory);
    appendFileSync(file, '{"kind":"cycle","result":{"id":"abc2');
    const before = readFileSync(file);
    expect(await readCycle(directory, "abc")).toEqual(full);
    expect(readFileSync(file)).toEqual(before);
    await archive.close();
  });

  test("names the last cycles when there is no such one, and those that are meant when there are several", async () => {
    const directory = await several();
    const unknown = { code: "unknown-cycle", message: 'no cycle begins with "zz"; the last are abd2, 0c, 0d, 0e, 0f' };
    await expect(readCycle(directory, "zz")).rejects.toMatchObject(unknown);
    const ambiguous = { code: "ambiguous-cycle", message: expect.stringContaining("abc1, abd2;") };
    await expect(readCycle(directory, "ab")).rejects.toMatchObject(ambiguous);
    await expect(readCycle(temporary(), "")).rejects.toMatchObject({ code: "no-cycle" });
  });

  test.each([
    ["a field of an earlier version", { baseline: { bitsPerByte: 3 } }, "baseline"],
    ["no noise", { noise: undefined }, "noise"],
    ["a receipt elsewhere", { receipt: "../../secret.json" }, "receipt"],
  ])("refuses one with %s by naming it", async (_, change, field) => {
    const directory = await archived({ ...full, ...change } as unknown as FinishedCycle);
    await expect(readCycle(directory, "")).rejects.toMatchObject({
      code: "old-cycle",
      message: expect.stringContaining(field),
    });
  });
});
