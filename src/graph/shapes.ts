// Shape arithmetic shared by the operators. A dimension is a number or a symbol; symbols only ever equal themselves.

import { GraphError } from "../errors.js";
import type { Dim } from "./graph.js";

type Shape = readonly Dim[];

/** Multidirectional broadcasting as NumPy and ONNX define it. */
export function broadcast(a: Shape, b: Shape): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x === 1 || x === y) return y;
    if (y === 1) return x;
    throw new GraphError("shape", `shapes [${a.join(", ")}] and [${b.join(", ")}] do not broadcast`);
  });
}

/** Shape of op(A)·op(B), where op swaps the last two axes if asked; leading axes broadcast. */
export function matMulShape(a: Shape, b: Shape, transA: boolean, transB: boolean): Dim[] {
  if (a.length < 2 || b.length < 2) throw new GraphError("shape", "matrix products take operands of rank 2 or more");
  const [rows, innerA] = transA ? [a.at(-1)!, a.at(-2)!] : [a.at(-2)!, a.at(-1)!];
  const [innerB, columns] = transB ? [b.at(-1)!, b.at(-2)!] : [b.at(-2)!, b.at(-1)!];
  if (innerA !== innerB) {
    throw new GraphError(
      "shape",
      `inner sizes ${innerA} and ${innerB} of [${a.join(", ")}] · [${b.join(", ")}] differ`,
    );
  }
  return [...broadcast(a.slice(0, -2), b.slice(0, -2)), rows, columns];
}

/** Brings axes into 0..rank-1, sorted; an empty list means all of them. */
export function normalizeAxes(axes: readonly number[], rank: number): number[] {
  if (axes.length === 0) return Array.from({ length: rank }, (_, i) => i);
  return axes.map((axis) => normalizeAxis(axis, rank)).toSorted((a, b) => a - b);
}

/** Brings axes into 0..rank-1 in the order given. @throws GraphError when one is named twice. */
export function distinctAxes(axes: readonly number[], rank: number): number[] {
  const normal = axes.map((axis) => normalizeAxis(axis, rank));
  if (new Set(normal).size === normal.length) return normal;
  throw new GraphError("shape", `[${axes.join(", ")}] names an axis twice`);
}

export function normalizeAxis(axis: number, rank: number): number {
  if (axis < -rank || axis >= rank) throw new GraphError("shape", `axis ${axis} is outside rank ${rank}`);
  return axis < 0 ? axis + rank : axis;
}

export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Dim[] {
  const reduced = new Set(normalizeAxes(axes, shape.length));
  if (keepDims) return shape.map((dim, i) => (reduced.has(i) ? 1 : dim));
  return shape.filter((_, i) => !reduced.has(i));
}

/** The axes along which a gradient of shape `from` must be summed to fit a value of shape `to` that was broadcast. */
export function broadcastAxes(from: Shape, to: Shape): number[] {
  const lead = from.length - to.length;
  return from.flatMap((dim, i) => (i < lead || (to[i - lead] === 1 && dim !== 1) ? [i] : []));
}

export interface SlicedAxis {
  /** The first index that is taken, counted from the front. */
  readonly start: number;
  readonly count: number;
}

/** What a slice takes of an axis: negative places count from the end, and places beyond either end mean that end. */
export function slicedAxis(size: number, start: number, end: number, step: number): SlicedAxis {
  if (step === 0) throw new GraphError("shape", "a slice in steps of 0");
  const last = step > 0 ? size : size - 1; // going backwards, the first that can be taken is the last there is
  const clamp = (at: number, least: number) => Math.min(last, Math.max(least, at < 0 ? at + size : at));
  const first = clamp(start, 0);
  const stop = clamp(end, step > 0 ? 0 : -1);
  return { start: first, count: Math.max(0, Math.ceil((stop - first) / step)) };
}

/** Resolves the 0 (copy) and -1 (the rest) of a Reshape target. */
export function reshapedShape(shape: Shape, target: readonly number[]): Dim[] {
  const copied = target.map((dim, i) => (dim === 0 ? copiedSize(shape, i) : dim));
  const broken = target.find((dim) => dim < -1);
  if (broken !== undefined) throw unfit(shape, target, `${broken} is no size`);
  const rest = copied.indexOf(-1);
  if (copied.lastIndexOf(-1) !== rest) throw unfit(shape, target, "only one size can be inferred");
  if (rest < 0) {
    const known = [...shape, ...copied].every((dim) => typeof dim === "number");
    if (known && numericProduct(shape) !== numericProduct(copied)) throw unfit(shape, target, "the sizes differ");
    return copied;
  }
  copied[rest] = quotient(
    shape,
    copied.filter((_, i) => i !== rest),
  );
  return copied;
}

function copiedSize(shape: Shape, axis: number): Dim {
  if (axis >= shape.length) throw new GraphError("shape", `[${shape.join(", ")}] has no size ${axis} to copy`);
  return shape[axis];
}

function unfit(shape: Shape, target: Shape, why: string): GraphError {
  return new GraphError("shape", `[${shape.join(", ")}] cannot become [${target.join(", ")}]: ${why}`);
}

/** Product of `all` over product of `some`, where symbols must cancel or else name the product ("batch*sequence"). */
function quotient(all: Shape, some: Shape): Dim {
  const [whole, part] = [factors(all), factors(some)];
  const { symbols } = whole;
  for (const symbol of part.symbols) {
    const at = symbols.indexOf(symbol);
    if (at < 0) throw new GraphError("shape", `cannot infer a size: ${symbol} is not part of [${all.join(", ")}]`);
    symbols.splice(at, 1);
  }
  const number = whole.number / part.number;
  if (!Number.isInteger(number)) {
    throw new GraphError("shape", `[${all.join(", ")}] cannot be reshaped around [${some.join(", ")}]`);
  }
  if (symbols.length === 0) return number;
  return number === 1 ? symbols.join("*") : `${number}*${symbols.join("*")}`;
}

/** The product of a shape as a number and the symbols that multiply it; a size may itself name a product ("2*sequence"). */
function factors(shape: Shape): { readonly number: number; readonly symbols: string[] } {
  const parts = shape.flatMap((dim) => String(dim).split("*"));
  return {
    number: parts.filter(isDigits).reduce<number>((product, part) => product * Number(part), 1),
    symbols: parts.filter((part) => !isDigits(part)),
  };
}

function isDigits(text: string): boolean {
  return /^\d+$/.test(text);
}

/** The number of elements of a shape, or the name of that product. */
export function productOf(shape: Shape): Dim {
  return quotient(shape, []);
}

function numericProduct(shape: Shape): number {
  return shape.reduce<number>((product, dim) => (typeof dim === "number" ? product * dim : product), 1);
}

/** @throws GraphError when a size cannot be one, or all together name more elements than any machine holds. */
export function checkSizes(shape: Shape): void {
  const sizes = shape.filter((dim) => typeof dim === "number");
  if (sizes.every((dim) => Number.isInteger(dim) && dim >= 0) && numericProduct(sizes) <= MAX_ELEMENTS) return;
  throw new GraphError("shape", `[${shape.join(", ")}] is no shape of a tensor`);
}

const MAX_ELEMENTS = 2 ** 40;

/** The shape as numbers. @throws GraphError where a size is only known at run time. */
export function staticShape(shape: Shape): number[] {
  return shape.map((dim) => {
    if (typeof dim === "number") return dim;
    throw new GraphError("shape", `the size "${dim}" must be a number here: bind it before differentiating`);
  });
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}
