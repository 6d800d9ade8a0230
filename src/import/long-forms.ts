// Rewrites that take more than a line: forms of operators, written out in operators that this house differentiates.

import { GraphError } from "../errors.js";
import { attribute } from "../graph/builder.js";
import { elementCount, type Attribute, type Value } from "../graph/graph.js";
import { input, int } from "../graph/operators/call.js";
import { flatPlaces } from "../graph/places.js";
import { normalizeAxis, staticShape } from "../graph/shapes.js";
import { listedIn, type Rewrite, type Site } from "./site.js";

/** Does nothing outside of training. Since operator set 12 the second output says that everything was kept. */
export const dropout: Rewrite = (site) => {
  const x = input(site, 0);
  const [ratio, training] = [site.inputs[1], site.inputs[2]].map((value) => value && site.b.contents(value));
  const drops = site.inputs[2] && !(training && Number(training.data[0]) === 0);
  if (drops && !(ratio && Number(ratio.data[0]) === 0)) {
    throw new GraphError(
      "unsupported",
      "Dropout in training mode gives other numbers in every run; export the model for evaluation",
    );
  }
  if (site.outputs < 2 || site.opset < 12) return [x, null];
  const value: Attribute = { kind: "tensor", value: { type: "bool", shape: [1], data: Uint8Array.of(1) } };
  return [x, ...site.emit("ConstantOfShape", [site.b.integers(staticShape(x.shape))], { value })];
};

/** Parts of given sizes, or as many as there are outputs: of one size, but that the last may be smaller. */
export const split: Rewrite = (site) => {
  const x = input(site, 0);
  const axis = normalizeAxis(int(site.attributes, "axis", 0), x.shape.length);
  const size = staticShape(x.shape)[axis];
  const parts = site.outputs;
  const each = Math.ceil(size / parts);
  const equal = Array.from({ length: parts }, (_, i) => Math.max(0, Math.min(each, size - i * each)));
  const given = listedIn(site, "split", 13);
  if (!given && site.opset < 18 && size % parts !== 0) {
    throw new GraphError("shape", `axis ${axis} of [${x.shape.join(", ")}] has no ${parts} equal parts`);
  }
  return site.emit("Split", [x, site.b.integers(given ?? equal)], { axis: attribute.int(axis) });
};

/** Before operator set 13 a softmax runs over all axes from `axis` on, by default from 1. */
export function wholeSoftmax(site: Site, opType: "Softmax" | "LogSoftmax"): readonly Value[] {
  const x = input(site, 0);
  const older = site.opset < 13;
  const axis = normalizeAxis(int(site.attributes, "axis", older ? 1 : -1), x.shape.length);
  if (!older || axis === x.shape.length - 1) return site.emit(opType, [x], { axis: attribute.int(axis) });
  const rows = reshape(site, x, matrix(staticShape(x.shape), axis));
  return [reshape(site, site.emit(opType, [rows], { axis: attribute.int(1) })[0], staticShape(x.shape))];
}

/** A vector is a row on the left and a column on the right. */
export const vectorProduct: Rewrite = (site) => {
  const [x, y] = [input(site, 0), input(site, 1)];
  if (x.shape.length !== 1 && y.shape.length !== 1) return site.emit("MatMul", [x, y]);
  const left = x.shape.length === 1 ? reshape(site, x, [1, ...staticShape(x.shape)]) : x;
  const right = y.shape.length === 1 ? reshape(site, y, [...staticShape(y.shape), 1]) : y;
  const [product] = site.emit("MatMul", [left, right]);
  const sizes = staticShape(product.shape);
  const rows = x.shape.length === 1 ? [] : sizes.slice(-2, -1);
  const columns = y.shape.length === 1 ? [] : sizes.slice(-1);
  return [reshape(site, product, [...sizes.slice(0, -2), ...rows, ...columns])];
};

/** ScatterND over rows: ONNX Runtime's own adds wrongly where several threads meet at one index. */
export const scatterPoints: Rewrite = (site) => {
  const [x, indices, updates] = [input(site, 0), input(site, 1), input(site, 2)];
  const { reduction } = site.attributes;
  site.b.infer("ScatterND", [x, indices, updates]); // complains about shapes that do not fit
  if (reduction?.kind !== "string" || reduction.value === "none") return site.emit("ScatterND", [x, indices, updates]);
  const shape = staticShape(x.shape);
  const depth = staticShape(indices.shape).at(-1)!;
  const places = flatPlaces(site.b, indices, shape.slice(0, depth));
  const [n, width] = [elementCount(staticShape(places.shape)), elementCount(shape.slice(depth))];
  const spread = site.emit("Expand", [reshape(site, places, [n, 1]), site.b.integers([n, width])]);
  const rows = [reshape(site, x, matrix(shape, depth)), ...spread, reshape(site, updates, [n, width])];
  return [reshape(site, site.emit("ScatterElements", rows, { axis: attribute.int(0), reduction })[0], shape)];
};

/** A normalisation over several axes runs over one that holds them all. */
export function normalization(
  site: Site,
  opType: "LayerNormalization" | "SimplifiedLayerNormalization",
  [x, ...gains]: readonly (Value | null)[],
  attributes: Readonly<Record<string, Attribute>>,
): readonly Value[] {
  if (!x) throw new GraphError("shape", "input 0 is missing");
  const shape = staticShape(x.shape);
  const axis = normalizeAxis(int(attributes, "axis", -1), shape.length);
  const last = { ...attributes, axis: attribute.int(-1) };
  if (axis === shape.length - 1) return site.emit(opType, [x, ...gains], last);
  site.b.infer(opType, [x, ...gains], attributes);
  const flat = gains.map((gain) => {
    const [whole] = gain ? site.emit("Expand", [gain, site.b.integers(shape.slice(axis))]) : [];
    return whole ? reshape(site, whole, [elementCount(shape.slice(axis))]) : null;
  });
  const [y, ...statistics] = site.emit(opType, [reshape(site, x, matrix(shape, axis)), ...flat], last);
  const kept = shape.map((dim, i) => (i < axis ? dim : 1));
  return [reshape(site, y, shape), ...statistics.map((value) => reshape(site, value, kept))];
}

function matrix(shape: readonly number[], axis: number): number[] {
  return [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis))];
}

function reshape({ b, emit }: Site, x: Value, shape: readonly number[]): Value {
  return emit("Reshape", [x, b.integers(shape)])[0];
}
