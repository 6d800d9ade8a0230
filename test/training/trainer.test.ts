import { describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseSpec } from "../../src/spec.js";
import { readCheckpoint, readParameters } from "../../src/checkpoint/checkpoint.js";
import { startTraining } from "../../src/training/start.js";
import { train, type Progress, type TrainingRequest } from "../../src/training/trainer.js";
import { someFiles } from "../support/text.js";
import { temporaryDirectories } from "../support/temporary.js";

const spec = parseSpec(`
architecture: {context: 16, width: 16, layers: 1, heads: 2}
optimizer: {learningRate: 0.01}
training: {batch: 4}`);
const directory = temporaryDirectories();

function request(over: Partial<TrainingRequest> = {}): TrainingRequest {
  return { spec, files: someFiles(20_000), tokens: 64 * 40, seed: 7, threads: 1, directory: directory(), ...over };
}

/** Trains in this process, to the end or for `stopAfter` steps at least, and returns all losses so far, to the last bit. */
async function losses(given: TrainingRequest, stopAfter = Infinity): Promise<number[]> {
  let done = 0;
  const onProgress = ({ step }: Progress) => void (done = step);
  const result = await train(given, { onProgress, stopped: () => done >= stopAfter });
  expect(result).toMatchObject({ ok: true });
  const lines = readFileSync(join(given.directory, "loss.jsonl"), "utf8").trim().split("\n");
  return lines.map((line) => (JSON.parse(line) as { loss: number }).loss);
}

/** A mount namespace of its own: root may have one, others where the system allows user namespaces. */
const NAMESPACE = ["--mount", ...(process.getuid?.() === 0 ? [] : ["--map-root-user"])];
const mounts = spawnSync("unshare", [...NAMESPACE, "true"]).status === 0;

describe("a training", () => {
  test("learns", async () => {
    const found = await losses(request({ tokens: 64 * 150 }));
    expect(found[0]).toBeGreaterThan(5);
    expect(found.at(-1)).toBeLessThan(3);
  });

  test("gives the same bits twice in one process and in two more processes", async () => {
    const [a, b, c, d] = [request(), request(), request(), request()];
    expect(await losses(b)).toEqual(await losses(a));
    await Promise.all([startTraining(c), startTraining(d)]);
    const files = [a, b, c, d].map((one) => readFileSync(join(one.directory, "model.safetensors")));
    for (const file of files.slice(1)) expect(file.equals(files[0])).toBe(true);
    const other = request({ seed: 8 });
    await losses(other);
    expect(readFileSync(join(other.directory, "model.safetensors")).equals(files[0])).toBe(false);
  });

  test("stopped and resumed gives the same bits as in one go", async () => {
    const [whole, parts] = [request(), request()];
    const expected = await losses(whole);
    const before = await losses(parts, 2);
    expect(before).toEqual(expected.slice(0, 2));
    expect(await losses({ ...parts, resume: parts.directory })).toEqual(expected);
    for (const name of ["model.safetensors", "state.safetensors", "model.onnx", "loss.jsonl"]) {
      expect(readFileSync(join(parts.directory, name)).equals(readFileSync(join(whole.directory, name)))).toBe(true);
    }
  });

  test("is not resumed with another seed, budget or corpus", async () => {
    const first = request();
    await losses(first, 3);
    const resume = first.directory;
    await expect(losses({ ...first, resume, seed: 8 })).rejects.toThrow(/another seed \(7, now 8\)/);
    await expect(losses({ ...first, resume, tokens: 64 * 41 })).rejects.toThrow(/another steps/);
    await expect(losses({ ...first, resume, files: someFiles(19_999) })).rejects.toThrow(/another corpusSha256/);
    for (const text of [
      "{context: 16, width: 16, layers: 1, heads: 4}",
      "{context: 16, width: 16, layers: 1, heads: 2}\ntraining: {dropout: 0.1}",
    ]) {
      const other = parseSpec(`architecture: ${text}`);
      await expect(losses({ ...first, resume, spec: { ...other, optimizer: spec.optimizer } })).rejects.toThrow(
        /another spec/,
      );
    }
  });

  test("is not resumed where its losses are missing or torn", async () => {
    const first = request();
    await losses(first, 3);
    const file = join(first.directory, "loss.jsonl");
    const text = readFileSync(file, "utf8");
    for (const broken of [text.slice(0, text.length / 2), "{", ""]) {
      writeFileSync(file, broken);
      await expect(losses({ ...first, resume: first.directory })).rejects.toMatchObject({
        code: "checkpoint",
        name: "InputError",
      });
    }
    rmSync(file);
    await expect(losses({ ...first, resume: first.directory })).rejects.toMatchObject({ code: "checkpoint" });
  });

  test("starts beside an unfinished one without touching it, until there is something to save", async () => {
    const first = request();
    await losses(first, 3);
    const before = readFileSync(join(first.directory, "state.safetensors"));
    const crash = () => {
      throw new Error("killed");
    };
    const again = train({ ...first, checkpointSeconds: 60 }, { onProgress: crash, stopped: () => false });
    await expect(again).rejects.toThrow("killed");
    expect(readFileSync(join(first.directory, "state.safetensors")).equals(before)).toBe(true);
  });

  test("removes what a killed process left half-written", async () => {
    const given = request();
    mkdirSync(given.directory, { recursive: true });
    const [left, other] = [".model.onnx.12345.tmp", ".notes.1.tmp"].map((name) => join(given.directory, name));
    for (const file of [left, other]) writeFileSync(file, "half");
    await losses(given, 1);
    expect([existsSync(left), existsSync(other)]).toEqual([false, true]);
  });

  test("starts from another checkpoint's parameters", async () => {
    const first = request();
    await losses(first);
    const second = request({ initial: first.directory, seed: 9 });
    expect((await losses(second))[0]).toBeLessThan(4);
    const wide = parseSpec("architecture: {context: 16, width: 32, layers: 1, heads: 2}");
    await expect(losses(request({ initial: first.directory, spec: wide, tokens: 2000 }))).rejects.toThrow(
      /the spec asks for/,
    );
  });

  test("writes the files of the checkpoint contract, and they read back", async () => {
    const given = request();
    await losses(given);
    expect(readdirSync(given.directory).toSorted()).toEqual([
      "config.json",
      "loss.jsonl",
      "metrics.json",
      "model.onnx",
      "model.safetensors",
      "state.safetensors",
    ]);
    const { identity, state } = await readCheckpoint(given.directory);
    expect(identity.spec).toEqual(spec);
    expect(state.step).toBe(40);
    expect(await readParameters(given.directory, spec)).toEqual(state.vectors.parameters);
    expect(readFileSync(join(given.directory, "loss.jsonl"), "utf8").trim().split("\n")).toHaveLength(40);
    const config = JSON.parse(readFileSync(join(given.directory, "config.json"), "utf8")) as Record<string, unknown>;
    expect(config).toMatchObject({
      model_type: "gpt2",
      n_embd: 16,
      n_layer: 1,
      n_head: 2,
      n_positions: 16,
      vocab_size: 256,
    });
  });

  test("says at which step the loss stopped being a number", async () => {
    const wild = parseSpec(
      "architecture: {context: 16, width: 16, layers: 1, heads: 2}\noptimizer: {learningRate: 1, weightDecay: 10, schedule: constant}",
    );
    const result = await train(request({ spec: wild, tokens: 128 * 400 }), {
      onProgress: () => {},
      stopped: () => false,
    });
    expect(result).toMatchObject({ ok: false, code: "diverged" });
    if (!result.ok) expect(result.reason).toMatch(new RegExp(`at step ${result.step} `));
  });

  test("stops within a second when asked, and leaves a checkpoint to resume", async () => {
    const given = request({ tokens: 64 * 1_000_000 });
    const interruption = new AbortController();
    let asked = 0;
    const onProgress = ({ step }: Progress) => {
      if (step < 20 || asked > 0) return;
      asked = performance.now();
      interruption.abort();
    };
    const result = await startTraining(given, { signal: interruption.signal, onProgress });
    expect(performance.now() - asked).toBeLessThan(1000);
    expect(result).toMatchObject({ ok: true, stopped: true });
    expect((await readCheckpoint(given.directory)).state.step).toBeGreaterThanOrEqual(20);
  });

  test("refuses a budget of less than a step", async () => {
    await expect(startTraining(request({ tokens: 0 }))).rejects.toMatchObject({ code: "budget", name: "InputError" });
    await expect(startTraining(request({ tokens: 63 }))).rejects.toThrow(/less than one step of batch × context = 64/);
  });

  (mounts ? test : test.skip)("keeps the old checkpoint when the disk is full [needs mounts]", async () => {
    const [old, disk] = [request(), directory()];
    await losses(old);
    // A file system of 300 kB in a mount namespace of its own: the second checkpoint cannot fit beside the first.
    const script = `
      mount -t tmpfs -o size=300k none "${disk}" && cp "${old.directory}"/* "${disk}" &&
      ${process.execPath} --input-type=module -e '
        const { writeCheckpoint, readCheckpoint } = await import("${join(process.cwd(), "dist/checkpoint/checkpoint.js")}");
        const { identity, state } = await readCheckpoint("${disk}");
        await writeCheckpoint("${disk}", identity, { ...state, step: 41 }).catch((error) => console.log(error.code, error.message));
        console.log((await readCheckpoint("${disk}")).state.step);
      ' ; ls -A "${disk}"`;
    const { stdout, stderr } = spawnSync("unshare", [...NAMESPACE, "sh", "-c", script], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(stdout).toMatch(/write-failed.*no space left on device.*intact/);
    expect(stdout).toMatch(/^40$/m);
    expect(stdout).not.toMatch(/\.tmp/);
  });
});
