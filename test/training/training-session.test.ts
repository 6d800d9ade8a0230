import { describe, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { attribute, GraphBuilder } from "../../src/graph/builder.js";
import { IR_VERSION, OPSETS, type Model, type Tensor } from "../../src/graph/graph.js";
import { createSession } from "../../src/runtime/session.js";
import { crossEntropy, lossOutput, meanSquaredError } from "../../src/training/losses.js";
import { TrainingSession, type TrainingSessionOptions } from "../../src/training/training-session.js";
import { values } from "../support/gradient-check.js";

const EXPORTED = readFileSync("examples/torch/tiny-gpt.onnx");
const [BATCH, SEQUENCE] = [4, 16];

const tinyGpt = (over: Partial<TrainingSessionOptions> = {}): Promise<TrainingSession> =>
  TrainingSession.create({
    model: EXPORTED,
    sizes: { batch: BATCH, sequence: SEQUENCE },
    loss: crossEntropy("logits", "labels"),
    train: (_, shape) => shape.length > 0,
    optimizer: { learningRate: 0.01, groups: { matrix: { weightDecay: 0 } } },
    ...over,
  });

/** Rows of a text in which every byte follows from the one before it. */
function rows(phase: number): Record<string, Tensor> {
  const at = (i: number) => 97 + ((i * 7 + phase) % 26);
  const shape = [BATCH, SEQUENCE];
  const ids = Array.from({ length: BATCH * SEQUENCE }, (_, i) => i + 3 * Math.floor(i / SEQUENCE));
  return {
    input_ids: { type: "int64", shape, data: BigInt64Array.from(ids, (i) => BigInt(at(i))) },
    labels: { type: "int32", shape, data: Int32Array.from(ids, (i) => at(i + 1)) },
  };
}

/** y = x·w + b with w [3, 2] and b [2], and whatever `more` adds. */
function linear(more: (b: GraphBuilder) => void = () => {}): Model {
  const b = new GraphBuilder("linear");
  const tensor = (shape: number[], key: string): Tensor => {
    const data = Float32Array.from(
      values(
        shape.reduce((x, y) => x * y),
        key,
      ),
    );
    return { type: "float32", shape, data };
  };
  const x = b.input("x", "float32", ["rows", 3]);
  const y = b.add(b.matMul(x, b.initializer("w", tensor([3, 2], "w"))), b.initializer("b", tensor([2], "b")));
  more(b);
  return { graph: b.build({ y }), irVersion: IR_VERSION, opsets: OPSETS, metadata: { note: "kept" } };
}

const fitting = (over: Partial<TrainingSessionOptions> = {}) =>
  TrainingSession.create({
    model: linear(),
    sizes: { rows: 4 },
    loss: meanSquaredError("y", "wanted"),
    train: ["w", "b"],
    optimizer: { kind: "sgd", beta1: 0, learningRate: 0.1, weightDecay: 0, gradientClip: 1000 },
    ...over,
  });
const points = (key: string): Record<string, Tensor> => ({
  x: { type: "float32", shape: [4, 3], data: Float32Array.from(values(12, `x${key}`)) },
  wanted: { type: "float32", shape: [4, 2], data: Float32Array.from(values(8, `y${key}`)) },
});

describe("a model by PyTorch", () => {
  test("learns, and what is exported has the trained parameters", async () => {
    const session = await tinyGpt();
    expect(session.inputs.map(({ name, type, shape }) => [name, type, shape])).toEqual([
      ["input_ids", "int64", [BATCH, SEQUENCE]],
      ["labels", "int32", [BATCH, SEQUENCE]],
    ]);
    const losses: number[] = [];
    for (let step = 0; step < 60; step++) {
      losses.push(await session.runTrainStep(rows(step)));
      await session.runOptimizerStep();
      session.lazyResetGrad();
    }
    expect(losses[0]).toBeGreaterThan(4);
    expect(losses.at(-1)).toBeLessThan(1);
    const { logits, loss } = await session.runEvalStep(rows(5));
    expect(Number(loss.data[0])).toBeLessThan(1);
    const exported = await createSession(session.exportModel(), { threads: 1 });
    const again = await exported.run({ input_ids: rows(5)["input_ids"] });
    const numbers = ({ data }: Tensor) => Array.from(data, Number);
    const theirs = numbers(again["logits"]);
    expect(Math.max(...numbers(logits).map((x, i) => Math.abs(x - theirs[i])))).toBeLessThan(1e-4);
    await exported.close();
    await session.release();
  });

  test("goes on from a saved state to the last bit", async () => {
    const [whole, parts] = [await tinyGpt({ averaging: 0.5 }), await tinyGpt({ averaging: 0.5 })];
    const train = async (session: TrainingSession, from: number, to: number) => {
      for (let step = from; step < to; step++) {
        session.lazyResetGrad();
        await session.runTrainStep(rows(step));
        await session.runOptimizerStep();
      }
    };
    await train(whole, 0, 6);
    await train(parts, 0, 3);
    const resumed = await tinyGpt({ averaging: 0.5 });
    resumed.loadState(parts.state());
    await train(resumed, 3, 6);
    expect(resumed.state()).toEqual(whole.state());
    expect(() => resumed.loadState({ step: 0, vectors: { parameters: new Float32Array(3) } })).toThrow(
      /parameters of 3/,
    );
    for (const session of [whole, parts, resumed]) await session.release();
  });
});

describe("a training session", () => {
  test("moves by the gradient of the mean squared error, whatever is not trained staying as it was", async () => {
    const session = await fitting({ train: ["b"] });
    const before = session.getContiguousParameters();
    const feeds = points("1");
    const { y } = await session.runEvalStep(feeds);
    await session.runTrainStep(feeds);
    const targets = feeds["wanted"].data as Float32Array;
    const residual = Array.from(y.data as Float32Array, (value, i) => value - targets[i]);
    const gradient = [0, 1].map((j) => [0, 1, 2, 3].reduce((sum, i) => sum + (2 * residual[2 * i + j]) / 8, 0));
    const { gradientNorm } = await session.runOptimizerStep();
    expect(gradientNorm).toBeCloseTo(Math.hypot(...gradient), 5);
    session.getContiguousParameters().forEach((b, j) => expect(b).toBeCloseTo(before[j] - 0.1 * gradient[j], 6));
    await session.release();
  });

  test("adds gradients up until it is told to reset them", async () => {
    const session = await fitting();
    const norms: number[] = [];
    for (const resets of [false, false, true]) {
      if (resets) session.lazyResetGrad();
      await session.runTrainStep(points("1"));
      norms.push((await session.runOptimizerStep({ learningRate: 0 })).gradientNorm);
    }
    expect(norms[1]).toBeCloseTo(2 * norms[0], 5);
    expect(norms[2]).toBeCloseTo(norms[0], 5);
    await session.release();
  });

  test("takes its parameters from a buffer and gives them back", async () => {
    const session = await fitting();
    expect(session.parameters.map(({ name, offset, size }) => [name, offset, size])).toEqual([
      ["w", 0, 6],
      ["b", 6, 2],
    ]);
    const buffer = Float32Array.from(values(8, "other"));
    session.loadParametersBuffer(buffer);
    buffer.fill(0);
    expect(Array.from(session.getContiguousParameters())).toEqual(Array.from(Float32Array.from(values(8, "other"))));
    expect(() => session.loadParametersBuffer(new Float32Array(7))).toThrow(/7 numbers .* it has 8/);
    await session.release();
  });
});

describe("a training session refuses", () => {
  const wrong = (over: Partial<TrainingSessionOptions>) => () => fitting(over);
  const CASES: readonly (readonly [string, () => Promise<unknown>, string, RegExp])[] = [
    ["a file that is no model", wrong({ model: EXPORTED.subarray(0, 5000) }), "onnx-malformed", /./],
    [
      "a parameter that is not there",
      wrong({ train: ["w", "v"] }),
      "unknown-parameter",
      /no initializer "v"; it has w, b/,
    ],
    [
      "to train whole numbers",
      wrong({
        model: linear((b) => b.initializer("n", { type: "int64", shape: [1], data: BigInt64Array.of(1n) })),
        train: ["n"],
      }),
      "unknown-parameter",
      /no initializer "n"/, // what no output needs is not part of a model
    ],
    ["to train nothing", wrong({ train: () => false }), "nothing-to-train", /no initializer/],
    ["a size that nobody gave", wrong({ sizes: {} }), "size", /input "x" has a size called "rows".*\{ "rows": 8 \}/],
    ["a size that is none", wrong({ sizes: { rows: 1.5 } }), "size", /1\.5 for "rows" of input "x"/],
    ["an output that is not there", wrong({ loss: lossOutput("z") }), "unknown-output", /no output "z"; it has y/],
    ["a loss of several numbers", wrong({ loss: lossOutput("y") }), "shape", /\[4, 2\].*take its mean/],
    [
      "an option out of its range",
      wrong({ optimizer: { learningRate: 7 } }),
      "spec-invalid",
      /optimizer\.learningRate/,
    ],
    [
      "a parameter that the loss does not depend on",
      wrong({ loss: (b, { y }) => b.op("ReduceSum", [b.scale(y, 1)], {}), train: ["w", "b"], model: unused() }),
      "no-gradient",
      /does not depend on "b"/,
    ],
    [
      "an operator without a gradient",
      wrong({
        loss: (b, { y }) =>
          b.op("ReduceMean", [b.op("Pad", [y, b.integers([0, 0, 0, 1])], { mode: attribute.string("edge") })]),
      }),
      "no-gradient",
      /Pad_\d+: Pad only with a constant/,
    ],
  ];
  test.each(CASES)("%s", async (_, create, code, message) => {
    const error = await create().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test("feeds that are missing or do not fit, by name", async () => {
    const session = await fitting();
    const { x } = points("1");
    await expect(session.runTrainStep({ x })).rejects.toThrow(/"wanted" takes float32 \[4, 2\], and got nothing/);
    await expect(session.runTrainStep({ x, wanted: x })).rejects.toThrow(/"wanted" takes .*, and got float32 \[4, 3\]/);
    await expect(session.runOptimizerStep()).rejects.toMatchObject({ code: "no-gradients" });
    await session.release();
  });
});

/** As `linear`, but its output reads the bias only for its shape. */
function unused(): Model {
  const b = new GraphBuilder("unused");
  const tensor = (shape: number[], data: number[]): Tensor => ({
    type: "float32",
    shape,
    data: Float32Array.from(data),
  });
  const x = b.input("x", "float32", ["rows", 3]);
  const w = b.initializer("w", tensor([3, 2], values(6, "w")));
  const sign = b.op("Sign", [b.initializer("b", tensor([2], [1, 1]))]);
  const y = b.add(b.matMul(x, w), sign);
  return { graph: b.build({ y }), irVersion: IR_VERSION, opsets: OPSETS, metadata: {} };
}
