import { describe, expect, test } from "@jest/globals";
import { attribute, GraphBuilder } from "../../src/graph/builder.js";
import { writeOnnx } from "../../src/graph/write-onnx.js";
import type { Value } from "../../src/graph/graph.js";
import { operators, type OpType } from "../../src/graph/operators.js";
import { lower } from "../../src/portable/lower.js";
import { openDevice } from "../../src/runtime/device.js";
import { hasWebGpu } from "../support/webgpu.js";
import { apart, evaluate, lowered, model, RULES, trial, type Trial } from "./cases.js";
import { WHOLE, wholeTrial } from "./whole-numbers.js";

const { int } = attribute;

/** Operators with no portable form at all, or none for what the case asks of them. */
const NEVER = ["Cast", "IsNaN", "IsInf", "TopK"];
const named = (title: string) => title.split(/[, ]/)[0];
const LOWERED: readonly (readonly [string, () => Trial])[] = [
  ...RULES.filter(([title]) => !NEVER.includes(named(title))).map((rule) => [rule[0], () => trial(rule)] as const),
  ...WHOLE.map((whole) => [whole[0], () => wholeTrial(whole)] as const),
];

describe("the portable form of a graph computes the same on the CPU", () => {
  test.each(LOWERED)("%s", async (_, make) => {
    const { model: given, feeds } = make();
    const [original, portable] = [await evaluate(given, feeds), await evaluate(lower(given), lowered(feeds))];
    expect(apart(original, portable)).toBeLessThan(1e-5);
  });

  test("for every operator there is", () => {
    const covered = new Set([...LOWERED.map(([title]) => named(title)), ...NEVER, "Loop"]);
    expect(Object.keys(operators).filter((op) => !covered.has(op))).toEqual([]);
  });
});

// One test for all, as they skip together.
(hasWebGpu ? test : test.skip)("on a device it computes what the original does on the CPU [needs webgpu]", async () => {
  const device = await openDevice();
  const wrong: (readonly [string, number])[] = [];
  for (const [title, make] of LOWERED) {
    const { model: given, feeds } = make();
    const session = await device.load(writeOnnx(lower(given)), []);
    const { fetched } = await session.run(lowered(feeds));
    await session.close();
    const difference = apart(await evaluate(given, feeds), fetched);
    if (!(difference < 1e-3)) wrong.push([title, difference]); // WebGPU lets arcsine and the like be this rough
  }
  await device.close();
  expect(wrong).toEqual([]);
});

describe("what has no portable form is refused with the name of the node", () => {
  const one =
    (op: OpType) =>
    (b: GraphBuilder, x: Value): Value =>
      b.op(op, [x]);
  const REFUSED: readonly (readonly [string, (b: GraphBuilder, x: Value) => Value, RegExp])[] = [
    ["a test for NaN", one("IsNaN"), /^IsNaN_0: IsNaN has no WebGPU kernel/],
    ["a test for infinity", one("IsInf"), /^IsInf_0: IsInf has no WebGPU kernel/],
    ["double precision", (b, x) => b.cast(x, "float64"), /^Cast_0: .* no WebGPU kernel/],
    ["the places of the largest", (b, x) => b.neg(b.node("TopK", [x, b.integers([1])])[1]), /^Neg_1: "TopK_0_out1"/],
    [
      "whole numbers gathered one by one",
      (b, x) => b.op("GatherElements", [b.cast(x, "int32"), b.cast(x, "int32")], { axis: int(0) }),
      /^GatherElements_2: GatherElements of int32 has no WebGPU kernel/,
    ],
    [
      "a number beyond int32",
      (b, x) => b.add(b.cast(x, "int64"), b.constant({ type: "int64", shape: [], data: BigInt64Array.of(2n ** 31n) })),
      /^Add_1: 2147483648 does not fit/,
    ],
    [
      "a Loop",
      (b, x) => {
        const body = new GraphBuilder("body", b);
        body.input("turn", "int64", []);
        const going = body.input("going", "bool", []);
        const graph = body.build({ going_out: going, next: body.neg(body.input("now", "float32", [2, 3])) });
        const always = b.constant({ type: "bool", shape: [], data: Uint8Array.of(1) });
        return b.node("Loop", [null, always, x], { body: { kind: "graph", value: graph } }, [x])[0];
      },
      /^Loop_0: Loop has no WebGPU kernel/,
    ],
  ];

  test.each(REFUSED)("%s", (_, make, message) => {
    const b = new GraphBuilder("refused");
    const graph = b.build({ y: make(b, b.input("x", "float32", [2, 3])) });
    expect(() => lower(model(graph))).toThrow(
      expect.objectContaining({
        name: "GraphError",
        code: "no-kernel",
        message: expect.stringMatching(message),
        place: { node: expect.any(String) },
      }),
    );
  });

  test("a size known only at run time", () => {
    const b = new GraphBuilder("open");
    const graph = b.build({ y: b.neg(b.input("x", "float32", ["batch", 3])) });
    expect(() => lower(model(graph))).toThrow(/"batch" must be a number/);
  });
});
