import { describe, expect, test } from "@jest/globals";
import { writeOnnx } from "../../src/graph/write-onnx.js";
import type { Model, Node, Tensor } from "../../src/graph/graph.js";
import { planOf, sections } from "../../src/optimizer/sections.js";
import { hasKernel, lower, portable } from "../../src/portable/lower.js";
import { createSession } from "../../src/runtime/session.js";
import { parseSpec, type Spec } from "../../src/spec.js";
import { decoderObjective } from "../../src/training/decoder-objective.js";
import { dropoutMasks } from "../../src/training/dropout.js";
import { openSteps } from "../../src/training/open-steps.js";
import { initialState, type TrainingState } from "../../src/optimizer/state.js";
import type { Device, Step, StepResult } from "../../src/training/steps.js";
import { stepModel } from "../../src/training/training-step.js";
import { scheduleRow, takeVectors, vectorFeeds } from "../../src/optimizer/vectors.js";
import { initialParameters, parameterLayout } from "../../src/transformer/parameters.js";
import { hasWebGpu } from "../support/webgpu.js";

const [BATCH, CONTEXT, STEPS] = [4, 8, 10];
const LLAMA =
  "normalization: rms-norm, position: rotary, keyValueHeads: 1, queryKeyNormalization: true, tieEmbeddings: true, logitSoftCap: 30";
const spec = (optimizer: string, training: string, architecture = "feedForward: {ratio: 2}"): Spec =>
  parseSpec(`
architecture: {context: ${CONTEXT}, width: 8, layers: 2, heads: 2, ${architecture}}
optimizer: {learningRate: 0.01, ${optimizer}}
training: {batch: ${BATCH}, ${training}}`);

const SPECS: readonly (readonly [string, Spec])[] = [
  ["AdamW", spec("kind: adamw", "")],
  ["the blocks of Llama", spec("kind: adamw", "", `feedForward: {kind: swiglu}, ${LLAMA}`)],
  ["squared ReLU and dropout", spec("kind: adamw", "dropout: 0.1", "feedForward: {kind: relu-squared}")],
  ...(["adamw", "lion", "sgd", "muon"] as const).map((kind): readonly [string, Spec] => [
    `${kind} with penalty, average and recomputation`,
    spec(`kind: ${kind}`, "zLoss: 0.01, averaging: 0.9, recompute: true"),
  ]),
];

const ids = Int32Array.from({ length: BATCH * CONTEXT }, (_, i) => (i * 29) % 256);
const stepsOf = (given: Spec): readonly Step[] =>
  Array.from({ length: STEPS }, (_, i) => ({
    batch: {
      ids: ids.map((id) => (id + (i % 2)) % 256),
      targets: ids.map((id) => (id + 1 + (i % 2)) % 256),
      ...dropoutMasks(given, 1, i),
    },
    learningRate: 0.01,
  }));
const fresh = (given: Spec): TrainingState =>
  initialState(initialParameters(given, 1), parameterLayout(given), planOf(given));
const model = (given: Spec): Model => stepModel(decoderObjective(given), planOf(given), BATCH);

/** The losses of a step model, run step by step on the CPU. */
async function losses(given: Spec, step: Model, feed = (tensor: Tensor) => tensor): Promise<number[]> {
  const [plan, state, of] = [planOf(given), fresh(given), sections(parameterLayout(given), planOf(given))];
  const session = await createSession(writeOnnx(step), { threads: 1, optimization: "basic" });
  const found: number[] = [];
  for (const { batch, learningRate } of stepsOf(given)) {
    const schedule = Float32Array.from(scheduleRow(of, plan, found.length + 1, learningRate));
    const rows = decoderObjective(given).inputs.map(({ name, type, rowShape }) => {
      return [name, feed({ type, shape: [1, BATCH, ...rowShape], data: batch[name] })] as const;
    });
    const outputs = await session.run({
      ...Object.fromEntries(rows),
      ...vectorFeeds(of, plan, state),
      schedule: { type: "float32", shape: [schedule.length], data: schedule },
    });
    takeVectors(of, plan, outputs, state);
    found.push(Number(outputs["loss"].data[0]));
  }
  await session.close();
  return found;
}

/** The steps from one number to another, from a state. */
async function trained(
  given: Spec,
  device: Device,
  state: TrainingState,
  [from, to]: readonly [number, number] = [0, STEPS],
): Promise<{ readonly results: readonly StepResult[]; readonly state: TrainingState }> {
  const [objective, plan] = [decoderObjective(given), planOf(given)];
  const open = await openSteps({ objective, plan, batch: BATCH, threads: 1, device }, state);
  try {
    return { results: await open.run(stepsOf(given).slice(from, to)), state: await open.state() };
  } finally {
    await open.close();
  }
}

const furthest = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((x, i) => Math.abs(x - b[i])));

/** Nodes that WebGPU has no kernel for. */
function kernelless({ graph: { nodes, inputs, outputs, initializers, values } }: Model): readonly Node[] {
  const types = new Map([...inputs, ...outputs, ...values.values()].map(({ name, type }) => [name, type]));
  for (const [name, { type }] of initializers) types.set(name, type);
  return nodes.filter(({ opType, inputs: read }) => !hasKernel(opType, types.get(read[opType === "Where" ? 1 : 0])!));
}

describe("a training step in portable operators", () => {
  test.each(SPECS)("has nothing but operators with a kernel: %s", (_, given) => {
    expect(kernelless(model(given)).length).toBeGreaterThan(10);
    expect(kernelless(lower(model(given)))).toEqual([]);
  });

  test.each(SPECS)("loses on the CPU what the original loses, for ten steps: %s", async (_, given) => {
    const [original, lowered] = [await losses(given, model(given)), await losses(given, lower(model(given)), portable)];
    expect(furthest(original, lowered)).toBeLessThan(1e-4);
    expect(original[STEPS - 1]).toBeLessThan(original[0] - 0.01);
  });
});

describe("steps on a device", () => {
  const onDevice = hasWebGpu ? test : test.skip;

  onDevice.each(SPECS)("have the losses and the state of the CPU: %s [needs webgpu]", async (_, given) => {
    const [cpu, gpu] = [await trained(given, "cpu", fresh(given)), await trained(given, "webgpu", fresh(given))];
    const numbers = (results: readonly StepResult[]) =>
      results.flatMap(({ loss, gradientNorm }) => [loss, gradientNorm]);
    expect(furthest(numbers(cpu.results), numbers(gpu.results))).toBeLessThan(1e-3);
    expect(gpu.state.step).toBe(STEPS);
    // The gradient of attention's key biases is nothing but rounding, and Lion takes a whole step in the direction of its sign.
    const bound = given.optimizer.kind === "lion" ? 1e-3 : 1e-5;
    for (const [name, vector] of Object.entries(cpu.state.vectors)) {
      const other = new Map(Object.entries(gpu.state.vectors)).get(name)!;
      const apart = vector.reduce((sum, x, i) => sum + Math.abs(x - other[i]), 0) / vector.length;
      expect([name, apart < bound]).toEqual([name, true]);
    }
  });

  onDevice("go on from a state as if nothing had happened [needs webgpu]", async () => {
    const given = spec("kind: muon", "averaging: 0.9, dropout: 0.2");
    const whole = await trained(given, "webgpu", fresh(given));
    const first = await trained(given, "webgpu", fresh(given), [0, 4]);
    const second = await trained(given, "webgpu", first.state, [4, STEPS]);
    expect([...first.results, ...second.results]).toEqual(whole.results);
    expect(second.state).toEqual(whole.state);
  });
});
