import { describe, expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { planOf } from "../../src/optimizer/sections.js";
import { parseSpec } from "../../src/spec.js";
import { decoderObjective } from "../../src/training/decoder-objective.js";
import { checkMemory } from "../../src/training/memory.js";
import { train } from "../../src/training/trainer.js";
import { temporaryDirectories } from "../support/temporary.js";
import { someFiles } from "../support/text.js";

const temporary = temporaryDirectories();
const MIB = 2 ** 20;
const optionsOf = (text: string, threads: number) => {
  const spec = parseSpec(text);
  return { objective: decoderObjective(spec), plan: planOf(spec), batch: spec.training.batch, threads };
};

/** The least limit that lets a training pass, in MiB. */
function needed(text: string, threads: number): number {
  let [low, high] = [1, 2 ** 24];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    try {
      checkMemory(optionsOf(text, threads), middle * MIB);
      high = middle;
    } catch {
      low = middle + 1;
    }
  }
  return low;
}

/** Peak resident size of a training in a process of its own, in MiB. */
function measured(text: string, threads: number): number {
  const built = (path: string) => JSON.stringify(join(process.cwd(), "dist", path));
  const script = `
    const { train } = await import(${built("training/trainer.js")});
    const { parseSpec } = await import(${built("spec.js")});
    const spec = parseSpec(${JSON.stringify(text)});
    const files = [{ path: "a", bytes: Buffer.alloc(40_000, 65) }];
    const tokens = 4 * spec.training.batch * spec.architecture.context;
    const request = { spec, files, tokens, seed: 1, threads: ${threads}, directory: ${JSON.stringify(temporary())} };
    await train(request, { onProgress() {}, stopped: () => false });
    const { readFileSync } = await import("node:fs");
    console.log(/VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]);`;
  return Number(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" })) / 1024;
}

describe("the memory of a training", () => {
  test.each([
    ["one thread", "architecture: {width: 256, layers: 4}\ntraining: {batch: 4}", 1],
    ["two threads", "architecture: {width: 256, layers: 4}\ntraining: {batch: 8}", 2],
  ])("is foretold within a third: %s", (_, text, threads) => {
    const ratio = needed(text, threads) / measured(text, threads);
    expect(ratio).toBeGreaterThan(2 / 3);
    expect(ratio).toBeLessThan(4 / 3);
  });

  test("is refused with what would help where there is too little, before anything is allocated", async () => {
    const spec = parseSpec("architecture: {width: 4096, layers: 64, heads: 32, context: 4096}\ntraining: {batch: 64}");
    const request = { spec, files: someFiles(10_000), tokens: 1e6, seed: 1, threads: 2, directory: temporary() };
    const training = train({ ...request, memory: 1000 * MIB }, { onProgress: () => {}, stopped: () => false });
    await expect(training).rejects.toMatchObject({
      name: "InputError",
      code: "memory",
      message: expect.stringMatching(/takes about [\d,]+ MiB, and there are 1,000 MiB: .*training\.microBatch/),
    });
  });

  test("falls with smaller parts and with recomputation", () => {
    const spec = (training: string) =>
      `architecture: {width: 128, layers: 8, context: 256}\ntraining: {batch: 16, ${training}}`;
    const plain = needed(spec("microBatch: 8"), 1);
    expect(needed(spec("microBatch: 1"), 1)).toBeLessThan(plain);
    expect(needed(spec("microBatch: 8, recompute: true"), 1)).toBeLessThan(plain);
  });
});
