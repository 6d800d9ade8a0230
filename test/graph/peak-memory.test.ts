import { describe, expect, test } from "@jest/globals";
import { GraphBuilder } from "../../src/graph/builder.js";
import { peakBytes } from "../../src/graph/peak-memory.js";
import { parseSpec } from "../../src/spec.js";
import { decoderObjective } from "../../src/training/decoder-objective.js";
import { gradientModel } from "../../src/training/gradient-model.js";

const KB = 1024;

describe("the memory of a run", () => {
  test("is what is alive at once: in a chain two values, views counted with what they show", () => {
    const b = new GraphBuilder("chain");
    let x = b.input("x", "float32", [256]);
    for (let i = 0; i < 5; i++) x = b.reshape(b.neg(b.reshape(x, [16, 16])), [256]);
    expect(peakBytes(b.build({ y: x }))).toBe(2 * KB);
  });

  test("counts no value before it is needed", () => {
    const b = new GraphBuilder("fan");
    const x = b.input("x", "float32", [256]);
    const waiting = [b.neg(x), b.op("Abs", [x]), b.op("Exp", [x])];
    const sum = waiting.reduce((total, value) => b.add(total, value));
    expect(peakBytes(b.build({ sum }))).toBe(3 * KB); // two operands and their sum; an operand is computed when its reader comes
  });

  test("of a graph within a graph is on top of what is alive around it", () => {
    const b = new GraphBuilder("outer");
    const x = b.input("x", "float32", [256]);
    const around = b.neg(x);
    const body = new GraphBuilder("body", b);
    body.input("i", "int64", []);
    const going = body.input("going", "bool", []);
    const carried = body.input("carried", "float32", [256]);
    const graph = body.build({ going_out: going, carried_out: body.neg(body.op("Exp", [body.add(carried, around)])) });
    const count = b.constant({ type: "int64", shape: [], data: BigInt64Array.of(3n) });
    const always = b.constant({ type: "bool", shape: [], data: Uint8Array.of(1) });
    const [y] = b.node("Loop", [count, always, x], { body: { kind: "graph", value: graph } }, [x]);
    expect(peakBytes(b.build({ y: b.add(y, around) }))).toBe(4 * KB); // around, y, and two inside
  });

  test("of a training falls with smaller parts, and with activations computed again", () => {
    const peak = (layers: number, rows: number, recompute: boolean) => {
      const spec = parseSpec(
        JSON.stringify({ architecture: { layers, width: 64, context: 64 }, training: { batch: 8, recompute } }),
      );
      return peakBytes(gradientModel(decoderObjective(spec), 8 / rows, rows, 1).graph);
    };
    const perLayer = (rows: number, recompute: boolean) => (peak(8, rows, recompute) - peak(4, rows, recompute)) / 4;
    expect(perLayer(4, false) / perLayer(8, false)).toBeGreaterThan(0.45);
    expect(perLayer(4, false) / perLayer(8, false)).toBeLessThan(0.75);
    expect(perLayer(8, true)).toBeLessThan(0.25 * perLayer(8, false));
  });
});
