// The operators a scored model may use: results depend on inputs alone, shapes are known, stock ONNX Runtime has a CPU kernel.
// Anything else is refused: random numbers, control flow, strings, sequences, operators of other domains.

import type { Node } from "../../graph/graph.js";

const STANDARD = `
  Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh Attention BitShift Cast CastLike Ceil Celu Clip Concat
  Constant ConstantOfShape Conv Cos Cosh CumSum DepthToSpace DequantizeLinear Div Dropout DynamicQuantizeLinear Einsum Elu
  Equal Erf Exp Expand EyeLike Flatten Floor GRU Gather GatherElements GatherND Gelu Gemm GlobalAveragePool
  GlobalMaxPool Greater GreaterOrEqual GroupNormalization HardSigmoid HardSwish Hardmax Identity
  InstanceNormalization IsInf IsNaN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax LpNormalization
  MatMul MatMulInteger Max MaxPool Mean MeanVarianceNormalization Min Mish Mod Mul Neg Not OneHot Or PRelu Pad Pow
  QuantizeLinear RMSNormalization RNN Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax
  ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape RotaryEmbedding Round ScatterElements ScatterND
  Selu Shape Shrink Sigmoid Sign SimplifiedLayerNormalization Sin Sinh Size Slice Softmax Softplus Softsign
  SpaceToDepth Split Sqrt Squeeze Sub Sum Swish Tan Tanh ThresholdedRelu Tile TopK Transpose Trilu Unsqueeze Where Xor`;

const MICROSOFT = `
  Attention BiasGelu FastGelu FusedConv FusedGemm FusedMatMul Gelu GroupQueryAttention MatMulNBits MultiHeadAttention
  QuickGelu RotaryEmbedding SkipLayerNormalization SkipSimplifiedLayerNormalization TransposeMatMul`;

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Per domain. */
const PURE: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["", words(STANDARD)],
  ["com.microsoft", words(MICROSOFT)],
]);

/** Why a node may not be part of a scored model, as the end of a sentence; null where it may. */
export function impurity(node: Node): string | null {
  const full = node.domain === "" ? node.opType : `${node.domain}.${node.opType}`;
  if (!(PURE.get(node.domain)?.has(node.opType) ?? false)) return `uses the operator ${full}, which is not on the list`;
  if (Object.values(node.attributes).some(({ kind }) => kind === "graph")) return `runs a graph inside ${full}`;
  if (node.opType === "Dropout" && (node.inputs[2] ?? "") !== "") return "uses Dropout in its training form";
  const reduction = node.attributes["reduction"];
  // ONNX Runtime's threads race there: sums over repeated indices differ from run to run.
  if (node.opType === "ScatterND" && reduction?.kind === "string" && reduction.value !== "none") {
    return `uses ScatterND with reduction "${reduction.value}"; ScatterElements does the same and always gives the same sum`;
  }
  return null;
}
