// What exporters write differently from this house: older operator sets, short forms, operators of com.microsoft.
// One row per operator, as the same computation in operators of the table. Operators without a row are taken over as they are.

import { GraphError } from "../errors.js";
import { attribute } from "../graph/builder.js";
import { float, input, int } from "../graph/operators/call.js";
import type { OpType } from "../graph/operators.js";
import { constants } from "./constants.js";
import { dropout, normalization, scatterPoints, split, vectorProduct, wholeSoftmax } from "./long-forms.js";
import { listedIn, type Rewrite } from "./site.js";

/** Axes were an attribute before operator set 13, and are an input since. */
const axes =
  (opType: OpType): Rewrite =>
  (site) => {
    const listed = listedIn(site, "axes", 13);
    return site.emit(opType, [input(site, 0), ...(listed ? [site.b.integers(listed)] : [])]);
  };

const reduction =
  (opType: OpType, inputSince = 18): Rewrite =>
  (site) => {
    const listed = listedIn(site, "axes", inputSince) ?? [];
    const keepdims = attribute.int(int(site.attributes, "keepdims", 1));
    if (listed.length > 0) return site.emit(opType, [input(site, 0), site.b.integers(listed)], { keepdims });
    if (int(site.attributes, "noop_with_empty_axes", 0) === 0) return site.emit(opType, [input(site, 0)], { keepdims });
    if (["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd"].includes(opType)) return [input(site, 0)];
    throw new GraphError("unsupported", "noop_with_empty_axes without axes");
  };

/** An activation behind an addition. */
const biased =
  (opType: OpType, approximate: string): Rewrite =>
  (site) => {
    const [bias, x] = [site.inputs[1], input(site, 0)];
    const sum = bias ? site.emit("Add", [x, bias])[0] : x;
    return site.emit(opType, [sum], { approximate: attribute.string(approximate) });
  };

/** A normalisation of the sum of two to four operands, which is the last output. */
const skipping =
  (opType: "LayerNormalization" | "SimplifiedLayerNormalization"): Rewrite =>
  (site) => {
    const [gain, biases] = [input(site, 2), opType === "LayerNormalization" ? [site.inputs[3]] : []];
    const addends = [input(site, 0), input(site, 1), site.inputs[3 + biases.length]].filter((value) => !!value);
    const sum = addends.reduce((whole, value) => site.emit("Add", [whole, value])[0]);
    const inputs = [sum, gain, ...biases.filter((value) => !!value)];
    const [y, ...statistics] = normalization(site, opType, inputs, {
      epsilon: attribute.float(float(site.attributes, "epsilon", 1e-12)),
    });
    return [y, ...(statistics.length === 2 ? statistics : [null, ...statistics]), sum];
  };

export const rewrites: Readonly<Record<string, Rewrite>> = {
  ...constants,

  // ----- Nothing to compute -----
  Identity: (site) => [input(site, 0)],
  Dropout: dropout,

  // ----- Older operator sets -----
  Squeeze: axes("Squeeze"),
  Unsqueeze: axes("Unsqueeze"),
  Split: split,
  ReduceSum: reduction("ReduceSum", 13),
  ReduceMean: reduction("ReduceMean"),
  ReduceMax: reduction("ReduceMax"),
  ReduceMin: reduction("ReduceMin"),
  ReduceProd: reduction("ReduceProd"),
  ReduceL1: reduction("ReduceL1"),
  ReduceL2: reduction("ReduceL2"),
  ReduceSumSquare: reduction("ReduceSumSquare"),
  ReduceLogSum: reduction("ReduceLogSum"),
  ReduceLogSumExp: reduction("ReduceLogSumExp"),
  Softmax: (site) => wholeSoftmax(site, "Softmax"),
  LogSoftmax: (site) => wholeSoftmax(site, "LogSoftmax"),

  // ----- Forms that have no gradient rule, or compute wrongly in several threads -----
  MatMul: vectorProduct,
  ScatterND: scatterPoints,
  LayerNormalization: (site) => normalization(site, "LayerNormalization", site.inputs, site.attributes),
  SimplifiedLayerNormalization: (site) =>
    normalization(site, "SimplifiedLayerNormalization", site.inputs, site.attributes),

  // ----- Newer operator sets -----
  RMSNormalization: (site) =>
    normalization(site, "SimplifiedLayerNormalization", site.inputs, site.attributes).slice(0, 1),
  Swish: (site) =>
    site.emit("QuickGelu", [input(site, 0)], { alpha: attribute.float(float(site.attributes, "alpha", 1)) }),
  RotaryEmbedding: (site) => {
    if (site.inputs[3])
      return site.emit(
        "RotaryEmbedding",
        [0, 3, 1, 2].map((at) => input(site, at)),
        site.attributes,
      );
    throw new GraphError("unsupported", "RotaryEmbedding without position_ids");
  },

  // ----- com.microsoft -----
  "com.microsoft.Gelu": biased("Gelu", "none"),
  "com.microsoft.BiasGelu": biased("Gelu", "none"),
  "com.microsoft.FastGelu": biased("Gelu", "tanh"),
  "com.microsoft.TransposeMatMul": (site) => site.emit("FusedMatMul", site.inputs, site.attributes),
  "com.microsoft.SkipLayerNormalization": skipping("LayerNormalization"),
  "com.microsoft.SkipSimplifiedLayerNormalization": skipping("SimplifiedLayerNormalization"),
};
