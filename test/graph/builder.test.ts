import { describe, expect, test } from "@jest/globals";
import { attribute, GraphBuilder } from "../../src/graph/builder.js";
import { elementCount, type Dim, type ElementType, type Tensor, type Value } from "../../src/graph/graph.js";
import { evaluate, values } from "../support/gradient-check.js";

const floats = (shape: readonly number[], data: readonly number[]): Tensor => ({
  type: "float32",
  shape,
  data: Float32Array.from(data),
});

/** Builds an output from one input `x` and runs it. */
async function run(
  x: Tensor,
  make: (b: GraphBuilder, x: Value) => Value,
  shape: readonly Dim[] = x.shape,
): Promise<Tensor> {
  const b = new GraphBuilder("test");
  const y = make(b, b.input("x", x.type, shape));
  return (await evaluate(b.build({ y }), { x })).y;
}

describe("names", () => {
  test("belong to one value each", () => {
    const b = new GraphBuilder("test");
    const x = b.input("x", "float32", [2]);
    expect(() => b.input("x", "float32", [2])).toThrow(expect.objectContaining({ name: "GraphError", code: "name" }));
    expect(() => b.initializer("x", floats([1], [1]))).toThrow('two values are called "x"');
    expect(() => b.build({ x: b.neg(x) })).toThrow('the output "x" has the name of another value');
  });

  test("that were refused leave nothing behind", async () => {
    const b = new GraphBuilder("test");
    const w = b.initializer("w", floats([1], [3]));
    expect(() => b.initializer("w", floats([1], [4]))).toThrow(/two values/);
    expect(() => b.op("Reshape", [w, b.integers([7])])).toThrow(/^Reshape_0: /);
    expect(b.nodes).toEqual([]);
    const { y } = await evaluate(b.build({ y: b.neg(w) }), {});
    expect([...y.data]).toEqual([-3]);
  });

  test("find their value, and only theirs", () => {
    const b = new GraphBuilder("test");
    const x = b.input("x", "float32", [2]);
    expect(b.value("x")).toBe(x);
    expect(() => b.value("y")).toThrow(expect.objectContaining({ code: "unknown-value" }));
  });
});

describe("a built graph", () => {
  test("copies a value only where one name does not do: two outputs, or an input handed through", () => {
    const b = new GraphBuilder("copies");
    const x = b.input("x", "float32", [2]);
    const sum = b.add(x, x);
    const graph = b.build({ first: sum, second: sum, through: x, tail: b.neg(sum) });
    const nodes = graph.nodes.map(({ opType, inputs, outputs }) => `${opType} ${inputs.join()} > ${outputs.join()}`);
    expect(nodes).toEqual(["Add x,x > first", "Identity x > through", "Identity first > second", "Neg first > tail"]);
  });

  test("leaves out what no output needs, but keeps every input", async () => {
    const b = new GraphBuilder("test");
    const x = b.input("x", "float32", [2]);
    b.input("unused", "float32", [1]);
    const sum = b.add(x, b.initializer("used", floats([1], [1])));
    const dead = b.mul(sum, b.initializer("dropped", floats([1], [5])));
    b.neg(dead);
    const graph = b.build({ y: sum });
    expect(graph.nodes.map(({ opType, outputs }) => [opType, ...outputs])).toEqual([["Add", "y"]]);
    expect([...graph.initializers.keys()]).toEqual(["used"]);
    expect(graph.inputs.map(({ name }) => name)).toEqual(["x", "unused"]);
    expect([...graph.values.keys()]).toEqual([]);
    const { y } = await evaluate(graph, { x: floats([2], [1, 2]), unused: floats([1], [0]) });
    expect([...y.data]).toEqual([2, 3]);
  });

  test("keeps a node of which only the second output is read", async () => {
    const y = await run(floats([4], [1, 2, 3, 4]), (b, x) => b.split(x, [1, 3], 0)[1]);
    expect([...y.data]).toEqual([2, 3, 4]);
  });

  test("hands out an input, an initializer and one value twice under public names", async () => {
    const b = new GraphBuilder("test");
    const x = b.input("x", "float32", [2]);
    const out = await evaluate(b.build({ a: x, b: x, c: b.initializer("w", floats([1], [7])) }), {
      x: floats([2], [1, 2]),
    });
    expect(Object.fromEntries(Object.entries(out).map(([name, { data }]) => [name, [...data]]))).toEqual({
      a: [1, 2],
      b: [1, 2],
      c: [7],
    });
  });

  test("refuses an initializer with too few elements", () => {
    expect(() => new GraphBuilder("test").initializer("w", floats([2, 3], [1, 2, 3]))).toThrow(
      'initializer "w" of shape [2, 3] holds 3 elements',
    );
  });
});

describe("constants", () => {
  test("are shared when small and equal to the last bit", () => {
    const b = new GraphBuilder("test");
    const [zero, nought, minusZero] = [0, 0, -0].map((value) => b.constant(floats([], [value])));
    expect(nought).toBe(zero);
    expect(minusZero).not.toBe(zero);
    expect(b.constant(floats([1], [0]))).not.toBe(zero);
    expect(b.constant({ type: "float64", shape: [], data: Float64Array.of(0) })).not.toBe(zero);
    expect(b.integers([1, 2])).toBe(b.integers([1, 2]));
    expect(b.integers([1, 2])).not.toBe(b.integers([1, 3]));
  });

  test.each(["float32", "float64", "int32", "int64"] as const)("take the type of their neighbour: %s", async (type) => {
    const data = { float32: Float32Array, float64: Float64Array, int32: Int32Array }[type as "float32"];
    const x: Tensor = { type, shape: [2], data: type === "int64" ? BigInt64Array.of(5n, -1n) : data.of(5, -1) };
    const y = await run(x, (b, input) => b.add(input, b.scalar(3, input)));
    expect(y.type).toBe(type);
    expect(Array.from<number | bigint, number>(y.data, Number)).toEqual([8, 2]);
  });
});

describe("shorthand", () => {
  test("adds no node where nothing changes", () => {
    const b = new GraphBuilder("test");
    const x = b.input("x", "float32", ["batch", 2]);
    expect([
      b.scale(x, 1),
      b.cast(x, "float32"),
      b.reshape(x, ["batch", 2]),
      b.concat([x], 0),
      b.unbroadcast(x, x.shape),
    ]).toEqual([x, x, x, x, x]);
    expect(b.nodes).toEqual([]);
  });

  test("multiplies op(A)·op(B)·alpha", async () => {
    // [[1, 2], [3, 4]]ᵀ · [[1, 2], [3, 4]]ᵀ · 2 = [[1, 3], [2, 4]] · [[1, 3], [2, 4]] · 2
    const y = await run(floats([2, 2], [1, 2, 3, 4]), (b, x) =>
      b.matMul(x, x, { transA: true, transB: true, alpha: 2 }),
    );
    expect([...y.data]).toEqual([14, 30, 20, 44]);
  });

  test.each(["uint8", "int32", "int64", "bool", "float64"] as const)("casts to %s", async (type: ElementType) => {
    const y = await run(floats([3], [0, 1, 1]), (b, x) => b.cast(x, type));
    expect(y.type).toBe(type);
    expect(Array.from<number | bigint, number>(y.data, Number)).toEqual([0, 1, 1]);
  });
});

describe("a reshape of symbolic sizes", () => {
  const x = floats([2, 3, 4], values(24, "reshape"));
  const symbolic = ["batch", "sequence", 4];

  test("keeps symbols in their place, whatever their size turns out to be", async () => {
    const y = await run(x, (b, input) => b.reshape(input, ["batch", "sequence", 2, 2]), symbolic);
    expect(y).toEqual({ ...x, shape: [2, 3, 2, 2] });
  });

  test("infers the one that moves", async () => {
    const b = new GraphBuilder("test");
    const input = b.input("x", "float32", symbolic);
    const rows = b.reshape(input, ["batch*sequence", 4]);
    expect(rows.shape).toEqual(["batch*sequence", 4]);
    expect((await evaluate(b.build({ y: rows }), { x })).y.shape).toEqual([6, 4]);
  });

  test("is refused when two would move", () => {
    const b = new GraphBuilder("test");
    const input = b.input("x", "float32", symbolic);
    expect(() => b.reshape(input, ["sequence", "batch", 4])).toThrow(/^Reshape_0: .*only one size can be inferred/);
  });
});

describe("un-broadcasting", () => {
  /** Adds every element of `whole` to the element of `shape` that was spread to it. */
  function summed(whole: Tensor, shape: readonly number[]): number[] {
    const result = Array<number>(elementCount(shape)).fill(0);
    Array.from<number | bigint, number>(whole.data, Number).forEach((value, flat) => {
      let [rest, at, stride] = [flat, 0, 1];
      for (let axis = whole.shape.length - 1; axis >= 0; axis--) {
        const size = shape[axis - whole.shape.length + shape.length] ?? 1;
        at += size === 1 ? 0 : (rest % whole.shape[axis]) * stride;
        stride *= size;
        rest = Math.floor(rest / whole.shape[axis]);
      }
      result[at] += value;
    });
    return result;
  }

  interface Case {
    readonly from: readonly number[];
    readonly to: readonly number[];
    /** The shapes as the graph knows them, where that is less. */
    readonly symbolicFrom?: readonly Dim[];
    readonly symbolicTo?: readonly Dim[];
  }

  const CASES: readonly Case[] = [
    { from: [2, 3, 4], to: [4] },
    { from: [2, 3, 4], to: [3, 1] },
    { from: [2, 3, 4], to: [1, 1, 4] },
    { from: [2, 3, 4], to: [2, 1, 1] },
    { from: [2, 3, 4], to: [] },
    { from: [2, 3, 4], to: [1] },
    { from: [2, 3, 4], to: [2, 3, 4] },
    { from: [1, 3], to: [3] },
    { from: [2, 3, 4], to: [4], symbolicFrom: ["batch", "sequence", 4] },
    {
      from: [2, 3, 4],
      to: [1, 3, 1],
      symbolicFrom: ["batch", "sequence", 4],
      symbolicTo: [1, "sequence", 1],
    },
  ];

  test.each(CASES)("of $from to $to sums what was spread", async ({ from, to, symbolicFrom, symbolicTo }) => {
    const g = floats(from, values(elementCount(from), "unbroadcast"));
    const y = await run(g, (b, input) => b.unbroadcast(input, symbolicTo ?? to), symbolicFrom);
    expect(y.shape).toEqual(to);
    summed(g, to).forEach((expected, i) => expect(Number(y.data[i])).toBeCloseTo(expected, 5));
  });
});

test("absent inputs are written only before a present one", () => {
  const b = new GraphBuilder("test");
  const x = b.input("x", "float32", [2]);
  b.op("Clip", [x, null, b.scalar(1, x)]);
  b.op("Clip", [x, null, null]);
  expect(b.nodes.map(({ inputs }) => inputs)).toEqual([["x", "", "constant_0"], ["x"]]);
});

test("a declared shape stands in for inference where a size is only known at run time", async () => {
  const b = new GraphBuilder("test");
  const x = b.input("x", "float32", ["batch", 4]);
  const length = b.op("Shape", [x], { end: attribute.int(1) });
  const table = b.constant(floats([3], [1, 2, 3]));
  const slice = b.op("Slice", [table, b.integers([0]), length, b.integers([0])], {}, [
    { type: "float32", shape: ["batch"] },
  ]);
  expect(slice.shape).toEqual(["batch"]);
  const { y } = await evaluate(b.build({ y: slice }), { x: floats([2, 4], values(8, "x")) });
  expect([...y.data]).toEqual([1, 2]);
});
