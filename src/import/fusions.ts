// Operators that exporters take apart, put together again: one kernel instead of up to nine, and a gradient rule that knows the
// whole. A pattern is looked for when its last node is added; the nodes before it stay, and are dropped where nothing else needs
// them. Comparable to ONNX Runtime's own fusions, which no longer apply once a backward graph reads what lies between.

import { attribute, type GraphBuilder } from "../graph/builder.js";
import type { Node, Value } from "../graph/graph.js";
import { float, flag, int, integers, ints } from "../graph/operators/call.js";

/** What may be looked at: a pattern never reaches beyond the nodes that were imported, nor across an output of the model. */
export interface Scope {
  readonly b: GraphBuilder;
  /** The node that made a value, by the value's name. */
  readonly producers: ReadonlyMap<string, Node>;
}

type Operands = readonly [Value, Value];
/** The fused value, or null where the operands are no such pattern. */
type Fusion = (at: Scope, operands: Operands) => Value | null;

/** A row per operator that ends patterns, in float32 alone: ONNX Runtime has the kernels for nothing else. */
const fusions: Readonly<Record<string, readonly Fusion[]>> = {
  MatMul: [transposedProduct],
  Mul: [gelu, normalization, (at, operands) => scaledProduct(at, operands, (factor) => factor)],
  Div: [(at, [x, y]) => (at.b.contents(y) ? scaledProduct(at, [x, y], (divisor) => 1 / divisor) : null)],
  Add: [biasedNormalization],
};

export function fuse(at: Scope, opType: string, operands: readonly (Value | null)[]): Value | null {
  const [x, y, ...more] = operands;
  if (!x || !y || more.length > 0 || x.type !== "float32" || !Object.hasOwn(fusions, opType)) return null;
  for (const fusion of fusions[opType]) {
    const fused = fusion(at, [x, y]);
    if (fused) return fused;
  }
  return null;
}

// ----- Reading what has been built -----

function producerOf({ producers }: Scope, value: Value): Node | undefined {
  return producers.get(value.name);
}

/** The operands of `value` where it is made by this operator. */
function made(at: Scope, value: Value, ...opTypes: readonly string[]): readonly Value[] | null {
  const node = producerOf(at, value);
  return node && opTypes.includes(node.opType) ? node.inputs.map((name) => at.b.value(name)) : null;
}

/** A number that is one operand of a commutative pair, and the other operand. */
function withNumber(at: Scope, operands: readonly Value[] | null): readonly [Value, number] | null {
  for (const [value, other] of operands ? [operands, operands.toReversed()] : []) {
    const tensor = at.b.contents(value);
    if (tensor?.data.length === 1 && tensor.shape.length <= other.shape.length) return [other, Number(tensor.data[0])];
  }
  return null;
}

const near = (x: number | undefined, y: number): boolean => x !== undefined && Math.abs(x - y) < 1e-5 * Math.abs(y);

/** The one operand of `Add` beside `addend`. */
function addedTo(at: Scope, value: Value, addend: number): Value | null {
  const sum = withNumber(at, made(at, value, "Add"));
  return sum && near(sum[1], addend) ? sum[0] : null;
}

// ----- Products -----

/** Does this node swap the last two axes and nothing else? */
function swaps(node: Node | undefined): node is Node {
  const perm = node?.opType === "Transpose" ? ints(node.attributes, "perm") : undefined;
  if (!perm || perm.length < 2) return false;
  const swapped = [...perm.keys()].map((axis) => (axis < perm.length - 2 ? axis : 2 * perm.length - 3 - axis));
  return swapped.every((axis, i) => axis === perm[i]);
}

function transposedProduct(at: Scope, operands: Operands): Value | null {
  const sources = operands.map((value) => {
    const node = producerOf(at, value);
    return swaps(node) ? at.b.value(node.inputs[0]) : null;
  });
  if (operands.some(({ shape }) => shape.length < 2) || sources.every((source) => source === null)) return null;
  const [x, y] = operands.map((value, i) => sources[i] ?? value);
  return at.b.matMul(x, y, { transA: sources[0] !== null, transB: sources[1] !== null });
}

/** A product times a number, as of attention scores by 1/√d. */
function scaledProduct(at: Scope, operands: Operands, toFactor: (number: number) => number): Value | null {
  const scaled = withNumber(at, operands);
  const node = scaled ? producerOf(at, scaled[0]) : undefined;
  if (!scaled || !node || !["MatMul", "FusedMatMul"].includes(node.opType)) return null;
  const [x, y] = node.inputs.map((name) => at.b.value(name));
  return at.b.matMul(x, y, {
    transA: flag(node.attributes, "transA"),
    transB: flag(node.attributes, "transB"),
    alpha: float(node.attributes, "alpha", 1) * toFactor(scaled[1]),
  });
}

// ----- GELU -----

/** x · ½ · (1 + erf(x/√2)) or x · ½ · (1 + tanh(√(2/π)·(x + 0.044715·x³))), multiplied in any order. */
function gelu(at: Scope, operands: Operands): Value | null {
  const factors = operands.flatMap((value) => made(at, value, "Mul") ?? [value]);
  const half = factors.findIndex((value, i) => isNumber(at, value, 0.5, factors[i === 0 ? 1 : 0]));
  if (factors.length !== 3 || half < 0) return null;
  const rest = factors.toSpliced(half, 1);
  for (const [x, value] of [rest, rest.toReversed()]) {
    const inner = addedTo(at, value, 1);
    const [error] = (inner && made(at, inner, "Erf")) ?? [];
    if (error && isScaled(at, error, x, Math.SQRT1_2)) return at.b.op("Gelu", [x]);
    const [slope] = (inner && made(at, inner, "Tanh")) ?? [];
    if (slope && isCubic(at, slope, x)) return at.b.op("Gelu", [x], { approximate: attribute.string("tanh") });
  }
  return null;
}

/** Is `value` this number, and of no higher rank than what it is joined with? */
function isNumber(at: Scope, value: Value, number: number, joined: Value): boolean {
  const tensor = at.b.contents(value);
  return (
    tensor?.data.length === 1 && tensor.shape.length <= joined.shape.length && near(Number(tensor.data[0]), number)
  );
}

/** Is `value` = x·factor, be it written as a product or as a quotient? */
function isScaled(at: Scope, value: Value, x: Value, factor: number): boolean {
  const product = withNumber(at, made(at, value, "Mul"));
  if (product) return product[0] === x && near(product[1], factor);
  const [dividend, divisor] = made(at, value, "Div") ?? [];
  return dividend === x && isNumber(at, divisor, 1 / factor, x);
}

/** Is `value` = √(2/π)·(x + 0.044715·x³)? */
function isCubic(at: Scope, value: Value, x: Value): boolean {
  const outer = withNumber(at, made(at, value, "Mul"));
  const sum = outer && near(outer[1], Math.sqrt(2 / Math.PI)) ? made(at, outer[0], "Add") : null;
  const other = sum?.find((addend) => addend !== x);
  const cubic = sum?.includes(x) && other ? withNumber(at, made(at, other, "Mul")) : null;
  return cubic !== null && near(cubic[1], 0.044715) && isPower(at, cubic[0], x, 3);
}

/** Is `value` = xⁿ, be it written as a power or as a product? */
function isPower(at: Scope, value: Value, x: Value, n: number): boolean {
  if (n === 1) return value === x;
  const [base, exponent] = made(at, value, "Pow") ?? [];
  if (base === x && isNumber(at, exponent, n, x)) return true;
  const factors = made(at, value, "Mul");
  const other = factors?.find((factor) => factor !== x) ?? x;
  return factors !== null && factors.includes(x) && isPower(at, other, x, n - 1);
}

// ----- Normalisation -----

/** gain · (x - mean)/√(variance + ε), or gain · x/√(mean square + ε), over the last axis. */
function normalization(at: Scope, operands: Operands): Value | null {
  for (const [value, gain] of [operands, operands.toReversed()]) {
    const found = normalized(at, value);
    if (!found || !isRow(gain, found.x)) continue;
    const { x, centred, epsilon } = found;
    const opType = centred ? "LayerNormalization" : "SimplifiedLayerNormalization";
    return at.b.op(opType, [x, gain], { axis: attribute.int(-1), epsilon: attribute.float(epsilon) });
  }
  return null;
}

interface Normalized {
  readonly x: Value;
  readonly centred: boolean;
  readonly epsilon: number;
}

function normalized(at: Scope, value: Value): Normalized | null {
  const found = divided(at, value);
  const [sum] = (found && made(at, found.root, "Sqrt")) ?? [];
  const variance = sum ? withNumber(at, made(at, sum, "Add")) : null;
  const square = variance && meanOf(at, variance[0]);
  if (!found || !variance || !square || !isPower(at, square, found.dividend, 2)) return null;
  const epsilon = variance[1];
  const [x, mean] = made(at, found.dividend, "Sub") ?? [];
  if (x && meanOf(at, mean) === x) return { x, centred: true, epsilon };
  return { x: found.dividend, centred: false, epsilon };
}

/** What is divided by a root: as a quotient, or times its reciprocal. */
function divided(at: Scope, value: Value): { readonly dividend: Value; readonly root: Value } | null {
  const [dividend, root] = made(at, value, "Div") ?? [];
  if (dividend) return { dividend, root };
  const factors = made(at, value, "Mul") ?? [];
  for (const [x, inverse] of [factors, factors.toReversed()]) {
    const [one, under] = (inverse && made(at, inverse, "Div")) ?? [];
    if (one && isNumber(at, one, 1, under)) return { dividend: x, root: under };
    const [reciprocal] = (inverse && made(at, inverse, "Reciprocal")) ?? [];
    if (reciprocal) return { dividend: x, root: reciprocal };
  }
  return null;
}

/** What `value` is the mean of, along the last axis, which stays as 1. */
function meanOf(at: Scope, value: Value): Value | null {
  const [x, axes] = made(at, value, "ReduceMean") ?? [];
  if (!axes || int(producerOf(at, value)!.attributes, "keepdims", 1) !== 1) return null;
  const [axis, ...more] = integers(at.b.contents(axes)!);
  return more.length === 0 && (axis === -1 || axis === x.shape.length - 1) ? x : null;
}

/** A bias behind a normalisation that has none. */
function biasedNormalization(at: Scope, operands: Operands): Value | null {
  for (const [value, bias] of [operands, operands.toReversed()]) {
    const given = made(at, value, "LayerNormalization");
    if (given?.length !== 2 || !isRow(bias, given[0])) continue;
    return at.b.op("LayerNormalization", [...given, bias], producerOf(at, value)!.attributes);
  }
  return null;
}

function isRow(value: Value, x: Value): boolean {
  return value.shape.length === 1 && value.shape[0] === x.shape.at(-1);
}
