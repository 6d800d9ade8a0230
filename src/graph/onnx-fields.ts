// The numbers of the ONNX file format (onnx.proto) that this house reads and writes. Data only; no bytes are touched here.
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto

import type { Attribute, ElementType, TensorData } from "./graph.js";

export const MODEL = { irVersion: 1, producerName: 2, graph: 7, opsetImport: 8, metadata: 14, functions: 25 } as const;
export const OPSET = { domain: 1, version: 2 } as const;
export const ENTRY = { key: 1, value: 2 } as const;
export const GRAPH = {
  node: 1,
  name: 2,
  initializer: 5,
  input: 11,
  output: 12,
  valueInfo: 13,
  sparseInitializer: 15,
} as const;
export const NODE = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7, overload: 8 } as const;
export const ATTRIBUTE = {
  name: 1,
  float: 2,
  int: 3,
  string: 4,
  tensor: 5,
  graph: 6,
  floats: 7,
  ints: 8,
  strings: 9,
  type: 20,
  reference: 21,
} as const;
/** Every field of an attribute that can be its value, those of kinds this house does not hold as well. */
export const ATTRIBUTE_VALUES: readonly number[] = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15, 22, 23];
export const TENSOR = {
  dims: 1,
  dataType: 2,
  segment: 3,
  floatData: 4,
  int32Data: 5,
  stringData: 6,
  int64Data: 7,
  name: 8,
  rawData: 9,
  doubleData: 10,
  uint64Data: 11,
  externalData: 13,
  dataLocation: 14,
} as const;
export const VALUE_INFO = { name: 1, type: 2 } as const;
export const TYPE = { tensor: 1, sequence: 4, map: 5, opaque: 7, sparseTensor: 8, optional: 9 } as const;
export const TENSOR_TYPE = { elementType: 1, shape: 2 } as const;
export const SHAPE = { dim: 1 } as const;
export const DIM = { value: 1, param: 2 } as const;

/** AttributeProto.AttributeType: the n-th kind has the number n + 1. */
export const ATTRIBUTE_KINDS: readonly Attribute["kind"][] = [
  "float",
  "int",
  "string",
  "tensor",
  "graph",
  "floats",
  "ints",
  "strings",
];

interface Storage {
  /** TensorProto.DataType. */
  readonly code: number;
  readonly bytesPerElement: number;
  /** The field that holds the elements where they are not raw bytes. */
  readonly field: number;
  readonly allocate: (count: number) => TensorData;
}

export const STORAGE: Readonly<Record<ElementType, Storage>> = {
  float32: { code: 1, bytesPerElement: 4, field: TENSOR.floatData, allocate: (count) => new Float32Array(count) },
  uint8: { code: 2, bytesPerElement: 1, field: TENSOR.int32Data, allocate: (count) => new Uint8Array(count) },
  int32: { code: 6, bytesPerElement: 4, field: TENSOR.int32Data, allocate: (count) => new Int32Array(count) },
  int64: { code: 7, bytesPerElement: 8, field: TENSOR.int64Data, allocate: (count) => new BigInt64Array(count) },
  bool: { code: 9, bytesPerElement: 1, field: TENSOR.int32Data, allocate: (count) => new Uint8Array(count) },
  float64: { code: 11, bytesPerElement: 8, field: TENSOR.doubleData, allocate: (count) => new Float64Array(count) },
};

export const ELEMENT_TYPES: readonly ElementType[] = ["float32", "uint8", "int32", "int64", "bool", "float64"];
