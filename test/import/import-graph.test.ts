import { describe, expect, test } from "@jest/globals";
import { gradients } from "../../src/autodiff/gradients.js";
import { attribute, GraphBuilder } from "../../src/graph/builder.js";
import { IR_VERSION, OPSETS, type Dim, type Graph, type Model, type Node, type Value } from "../../src/graph/graph.js";
import { readOnnx } from "../../src/graph/read-onnx.js";
import { writeOnnx } from "../../src/graph/write-onnx.js";
import { importGraph } from "../../src/import/import-graph.js";
import { floats, mlp, modelOf, node } from "../graph/models.js";
import { evaluate } from "../support/gradient-check.js";

const { int } = attribute;

/** Imports a model whose inputs are bound to inputs of the builder with these sizes. */
function imported(model: Model, sizes: Readonly<Record<string, readonly Dim[]>>, type: Value["type"] = "float32") {
  const b = new GraphBuilder("imported");
  const bound = Object.entries(sizes).map(([name, shape]) => [name, b.input(name, type, shape)] as const);
  return { b, outputs: importGraph(b, model, Object.fromEntries(bound)) };
}

const refusal = (code: string, place: string, message: RegExp) =>
  expect.objectContaining({
    name: "GraphError",
    code,
    place: { node: place },
    message: expect.stringMatching(message),
  });

describe("bound values", () => {
  test("give every value of the model its sizes", () => {
    const { outputs } = imported(mlp(), { x: [5, 2] });
    expect(outputs["y"].shape).toEqual([5, 3]);
  });

  test("take the place of initializers, so that these can be trained", async () => {
    const { b, outputs } = imported(mlp(), { x: [1, 2], w: [2, 3] });
    const [gradient] = gradients(b, b.reduceSum(outputs["y"], [], false), [b.value("w")]);
    const graph = b.build({ gradient });
    expect([...graph.initializers.keys()]).not.toContain("w");
    const results = await evaluate(graph, { x: floats([1, 2], [1, -1]), w: floats([2, 3], [0, 0, 0, 0, 0, 0]) });
    expect([...results["gradient"].data]).toEqual([1, 1, 1, -1, -1, -1]); // x, as tanh is 1·x near 0
  });

  test("may overrule the default of an input", () => {
    const model = modelOf({
      inputs: [{ name: "x", type: "float32", shape: [2] }],
      outputs: [{ name: "y", type: "float32", shape: [2] }],
      initializers: new Map([["x", floats([2], [1, 2])]]),
      nodes: [node("Neg", ["x"], ["y"])],
    });
    expect(imported(model, {}).b.nodes).toEqual([]); // folded
    expect(imported(model, { x: [2] }).b.nodes).toHaveLength(1);
  });

  const two = modelOf({
    inputs: [
      { name: "x", type: "float32", shape: ["batch", 2] },
      { name: "z", type: "float32", shape: ["batch", ""] },
    ],
    outputs: [{ name: "y", type: "float32", shape: ["batch", 2] }],
    nodes: [node("Add", ["x", "z"], ["y"])],
  });

  test("agree on what a symbol of the file stands for", () => {
    expect(imported(two, { x: [3, 2], z: [3, 1] }).outputs["y"].shape).toEqual([3, 2]);
    expect(() => imported(two, { x: [3, 2], z: [4, 2] })).toThrow(
      refusal(
        "shape",
        "z",
        /"z" is float32\[batch, \?\] in the model, .* float32\[4, 2\]; sizes are numbers, batch = 3/,
      ),
    );
  });

  test.each([
    ["another size", { x: [3, 4], z: [3, 2] }, "shape", /float32\[batch, 2\] .* cannot be float32\[3, 4\]/],
    ["another rank", { x: [2], z: [3, 2] }, "shape", /cannot be float32\[2\]/],
    [
      "a size without a number",
      { x: ["batch", 2], z: [3, 2] },
      "shape",
      /cannot be float32\[batch, 2\]; sizes are numbers/,
    ],
  ] as const)("of %s are refused", (_, sizes, code, message) => {
    expect(() => imported(two, sizes)).toThrow(refusal(code, "x", message));
  });

  test("of another type, without a place, or missing are refused", () => {
    expect(() => imported(two, { x: [3, 2], z: [3, 2] }, "int32")).toThrow(
      refusal("type", "x", /cannot be int32\[3, 2\]/),
    );
    expect(() => imported(mlp(), { x: [1, 2], v: [2, 3] })).toThrow(
      refusal("unknown-value", "v", /"v" is no input or initializer of the model; it has x, w, b/),
    );
    expect(() => imported(mlp(), {})).toThrow(
      refusal("unbound-input", "x", /"x" needs a value: it is an input of float32\[batch, 2\]/),
    );
    expect(() => imported(mlp(), { x: [1, 2], w: [3, 2] })).toThrow(refusal("shape", "w", /"w" is float32\[2, 3\]/));
    expect(() => imported(mlp(), { x: [1, 2], constructor: [1] })).toThrow(
      refusal("unknown-value", "constructor", /no input/),
    );
  });
});

describe("names", () => {
  /** A model of this house: its initializers are called constant_0 …, its values Add_0_out …. */
  function house(): Model {
    const b = new GraphBuilder("house");
    const x = b.input("x", "float32", [2]);
    const y = b.add(b.scale(x, 3), b.constant(floats([2], [1, 2])));
    const graph = b.build({ y: b.op("Identity", [y]) });
    return readOnnx(writeOnnx({ graph, irVersion: IR_VERSION, opsets: OPSETS, metadata: {} }));
  }

  test("of initializers are kept where they are free", async () => {
    const b = new GraphBuilder("two");
    const x = b.input("x", "float32", [2]);
    const first = importGraph(b, house(), { x });
    const second = importGraph(b, house(), { x: first["y"] });
    const graph = b.build({ out: b.scale(second["y"], 10) });
    expect([...graph.initializers.keys()]).toEqual([
      "constant_0",
      "constant_1",
      "constant_0_",
      "constant_1_",
      "constant_4",
    ]);
    const { out } = await evaluate(graph, { x: floats([2], [1, 0]) });
    expect([...out.data]).toEqual([((1 * 3 + 1) * 3 + 1) * 10, (2 * 3 + 2) * 10]);
  });

  test("of values the builder makes give way to those of the model", async () => {
    const { b, outputs } = imported(
      modelOf({
        inputs: [{ name: "Neg_0_out", type: "float32", shape: [1] }],
        outputs: [{ name: "y", type: "float32", shape: [1] }],
        initializers: new Map([["constant_1", floats([17], Array<number>(17).fill(2))]]),
        nodes: [node("Neg", ["Neg_0_out"], ["n"]), node("Mul", ["n", "constant_1"], ["y"])],
      }),
      { Neg_0_out: [1] },
    );
    const results = await evaluate(b.build({ y: b.scale(outputs["y"], 2) }), { Neg_0_out: floats([1], [3]) });
    expect([...results["y"].data]).toEqual(Array<number>(17).fill(-12));
  });

  test("of the same value may be several outputs", () => {
    const model = modelOf({
      inputs: [{ name: "x", type: "float32", shape: [2] }],
      outputs: ["x", "y", "w"].map((name) => ({ name, type: "float32", shape: [2] })),
      initializers: new Map([["w", floats([2], [1, 2])]]),
      nodes: [node("Identity", ["x"], ["y"])],
    });
    const { b, outputs } = imported(model, { x: [2] });
    expect(outputs).toEqual({ x: b.value("x"), y: b.value("x"), w: b.value("w") });
  });
});

describe("nodes that cannot be imported are refused by name", () => {
  const model = (one: Node, rest: Partial<Graph> = {}): Model =>
    modelOf({
      inputs: [{ name: "x", type: "float32", shape: [2, 3] }],
      outputs: [{ name: "y", type: "float32", shape: [] }],
      nodes: [{ ...one, name: "culprit" }],
      ...rest,
    });
  const empty = modelOf({}).graph;
  const constants = {
    initializers: new Map([
      ["c", floats([2], [0.5, 2])],
      ["s", { type: "int64", shape: [2], data: BigInt64Array.of(2n, 2n) }],
      ["t", { type: "bool", shape: [], data: Uint8Array.of(1) }],
    ]),
  } as Partial<Graph>;

  const REFUSED: readonly (readonly [string, Node, string, RegExp, Partial<Graph>?])[] = [
    ["an unknown operator", node("Conv", ["x", "x"], ["y"]), "no-operator", /node "culprit" \(Conv\)/],
    ["one that every object has", node("toString", ["x"], ["y"]), "no-operator", /toString/],
    ["one of another domain", { ...node("Add", ["x", "x"], ["y"]), domain: "custom" }, "no-operator", /custom\.Add/],
    [
      "one of com.microsoft in the standard domain",
      node("FusedMatMul", ["x", "x"], ["y"]),
      "no-operator",
      /FusedMatMul/,
    ],
    [
      "a branch",
      node("If", ["x"], ["y"], { then_branch: { kind: "graph", value: empty } }),
      "no-operator",
      /runs a graph inside/,
    ],
    [
      "a loop",
      node("Loop", ["", "", "x"], ["y"], { body: { kind: "graph", value: empty } }),
      "no-operator",
      /graph inside/,
    ],
    ["a loop without a body", node("Loop", ["x"], ["y"]), "shape", /declared by whoever builds its body/],
    ["sizes that do not fit", node("MatMul", ["x", "x"], ["y"]), "shape", /inner sizes 3 and 2/],
    ["a missing operand", node("Add", ["x"], ["y"]), "shape", /input 1 is missing/],
    ["an output too many", node("Neg", ["x"], ["y", "z"]), "shape", /no output 1 \("z"\)/],
    ["a value from nowhere", node("Neg", ["z"], ["y"]), "unknown-value", /"z" comes from nowhere/],
    ["a shape known only at run time", node("Reshape", ["x", "x"], ["y"]), "shape", /input 1 must be a constant/],
    [
      "a shape in fractions",
      node("Reshape", ["x", "c"], ["y"]),
      "shape",
      /0\.5 stands where a whole number belongs/,
      constants,
    ],
    ["unequal parts", node("Split", ["x", "s"], ["y", "z"], { axis: int(1) }), "shape", /parts of 4/, constants],
    ["places known only at run time", node("NonZero", ["x"], ["y"]), "shape", /only known at run time/],
    [
      "dropout in training",
      node("Dropout", ["x", "", "t"], ["y"]),
      "unsupported",
      /export the model for evaluation/,
      constants,
    ],
    ["an empty reduction", node("ReduceL2", ["x"], ["y"], { noop_with_empty_axes: int(1) }), "unsupported", /noop/],
    ["turned rows without positions", node("RotaryEmbedding", ["x", "x", "x"], ["y"]), "unsupported", /position_ids/],
    ["a normalisation without its input", node("LayerNormalization", ["", "x"], ["y"]), "shape", /input 0 is missing/],
    [
      "a statistic that is not computed",
      { ...node("SkipSimplifiedLayerNormalization", ["x", "x", "g"], ["y", "m"]), domain: "com.microsoft" },
      "unknown-value",
      /"m" is not computed here/,
      {
        initializers: new Map([["g", floats([3], [1, 1, 1])]]),
        outputs: [{ name: "m", type: "float32", shape: [] }],
      },
    ],
  ];

  test.each(REFUSED)("%s", (_, one, code, message, rest = {}) => {
    const place = one.outputs[1] === "m" ? "m" : "culprit";
    expect(() => imported(model(one, rest), { x: [2, 3] })).toThrow(refusal(code, place, message));
  });

  test("an operator set that nobody has compared", () => {
    for (const version of [10, 25]) {
      const old = { ...model(node("Neg", ["x"], ["y"])), opsets: { "": version } };
      expect(() => imported(old, { x: [2, 3] })).toThrow(
        refusal("unsupported-opset", "culprit", new RegExp(`set ${version}; .* 11 to 24`)),
      );
    }
    const none = { ...model(node("Neg", ["x"], ["y"])), opsets: {} };
    expect(() => imported(none, { x: [2, 3] })).toThrow(/operator set none/);
  });

  test("a node without a name is called after its output", () => {
    const nameless = model(node("Conv", ["x"], ["y"]));
    const nodes = nameless.graph.nodes.map((one) => ({ ...one, name: "" }));
    expect(() => imported({ ...nameless, graph: { ...nameless.graph, nodes } }, { x: [2, 3] })).toThrow(
      /^node "y" \(Conv\): /,
    );
  });
});
