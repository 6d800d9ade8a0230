import { describe, expect, test } from "@jest/globals";
import { GraphBuilder } from "../../src/graph/builder.js";
import { parseSpec } from "../../src/spec.js";
import { dropoutInputs, dropoutMasks, dropper } from "../../src/training/dropout.js";
import { evaluate } from "../support/gradient-check.js";

const withDropout = (dropout: number) =>
  parseSpec(`architecture: {context: 16, width: 32, layers: 2}\ntraining: {batch: 4, dropout: ${dropout}}`);

describe("dropout", () => {
  test("leaves out the share it is told, each value on its own", () => {
    const masks = dropoutMasks(withDropout(0.25), 1, 0)["kept"];
    expect(masks).toHaveLength(4 * 5 * 16 * 32); // windows × (embedding and two branches of two blocks) × context × width
    const share = masks.reduce((sum, x) => sum + x, 0) / masks.length;
    expect(Math.abs(share - 0.75)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / masks.length));
    const pairs = masks.filter((x, i) => x === 0 && masks[i + 1] === 0).length / masks.length;
    expect(Math.abs(pairs - 0.25 ** 2)).toBeLessThan(0.01);
  });

  test("is the same for the same seed and step, and another for others", () => {
    const spec = withDropout(0.5);
    expect(dropoutMasks(spec, 1, 3)).toEqual(dropoutMasks(spec, 1, 3));
    expect(dropoutMasks(spec, 1, 4)).not.toEqual(dropoutMasks(spec, 1, 3));
    expect(dropoutMasks(spec, 2, 3)).not.toEqual(dropoutMasks(spec, 1, 3));
  });

  test("costs nothing where there is none", () => {
    expect(dropoutInputs(withDropout(0))).toEqual([]);
    expect(dropoutMasks(withDropout(0), 1, 0)).toEqual({});
    expect(dropper(new GraphBuilder("none"), withDropout(0), {})).toBeUndefined();
  });

  test("keeps the expectation: what stays is scaled up by the share that goes", async () => {
    const b = new GraphBuilder("dropout");
    const kept = b.input("kept", "uint8", [1, 5, 2, 2]);
    const x = b.input("x", "float32", [1, 2, 2]);
    const drop = dropper(b, withDropout(0.75), { kept })!;
    const { y } = await evaluate(b.build({ y: drop(x, 3) }), {
      kept: { type: "uint8", shape: [1, 5, 2, 2], data: Uint8Array.from({ length: 20 }, (_, i) => (i === 13 ? 1 : 0)) },
      x: { type: "float32", shape: [1, 2, 2], data: Float32Array.of(1, 2, 3, 4) },
    });
    expect([...(y.data as Float32Array)]).toEqual([0, 8, 0, 0]); // place 13 is element 1 of site 3
  });
});
