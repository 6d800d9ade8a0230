// TensorProto → Tensor. The elements are copied out of the file, so that a tensor is aligned and keeps no file alive.

import { GraphError } from "../errors.js";
import { elementCount, type ElementType, type Tensor, type TensorData } from "./graph.js";
import { ELEMENT_TYPES, STORAGE, TENSOR } from "./onnx-fields.js";
import type { ProtobufField } from "./protobuf-reader.js";
import { quoted } from "./quoted.js";

export interface NamedTensor {
  readonly name: string;
  readonly tensor: Tensor;
}

/** What the file says about one tensor, before any of it is believed. */
interface Draft {
  name: string;
  dataType: number;
  external: boolean;
  readonly shape: number[];
  readonly data: ProtobufField[];
}

/**
 * Accepts raw bytes and typed elements, packed or not.
 * @throws GraphError `external-data`, `unsupported-type`, `bad-shape` or `bad-tensor`, naming the tensor (or `owner`, where the
 * tensor has no name of its own).
 */
export function readTensor(field: ProtobufField, owner: string): NamedTensor {
  const draft: Draft = { name: "", dataType: 0, external: false, shape: [], data: [] };
  for (const part of field.fields()) readPart(draft, part);
  const name = draft.name === "" ? owner : draft.name;
  if (draft.external) {
    throw tensorError("external-data", name, "keeps its data in another file; store it inside the model");
  }
  const type = elementType(draft.dataType);
  if (!type) throw tensorError("unsupported-type", name, `has ONNX element type ${draft.dataType}; ${KNOWN_TYPES}`);
  const shape = checkShape(draft.shape, name);
  return { name: draft.name, tensor: { type, shape, data: readData(type, elementCount(shape), draft.data, name) } };
}

/** The element type that an ONNX type number stands for; undefined for those this house does not hold. */
export function elementType(code: number): ElementType | undefined {
  return ELEMENT_TYPES.find((type) => STORAGE[type].code === code);
}

const KNOWN_TYPES = `only ${ELEMENT_TYPES.join(", ")} can be read`;

/** Far above any real tensor; a shape of a million ones is an attack. */
const MAX_RANK = 32;

const DATA_FIELDS: readonly number[] = [
  TENSOR.rawData,
  TENSOR.floatData,
  TENSOR.int32Data,
  TENSOR.int64Data,
  TENSOR.doubleData,
  TENSOR.stringData,
  TENSOR.uint64Data,
  TENSOR.segment,
];

function readPart(draft: Draft, part: ProtobufField): void {
  if (part.number === TENSOR.name) draft.name = part.string();
  else if (part.number === TENSOR.dataType) draft.dataType = part.int();
  else if (part.number === TENSOR.dims) readDims(draft.shape, part);
  else if (part.number === TENSOR.externalData) draft.external = true;
  else if (part.number === TENSOR.dataLocation) draft.external ||= part.int() !== 0;
  else if (DATA_FIELDS.includes(part.number)) draft.data.push(part);
}

/** One size more than may be is enough to refuse the shape. */
function readDims(shape: number[], part: ProtobufField): void {
  for (const dim of part.ints()) {
    if (shape.length > MAX_RANK) return;
    shape.push(dim);
  }
}

function checkShape(shape: readonly number[], name: string): readonly number[] {
  const broken = shape.find((dim) => dim < 0);
  if (broken !== undefined) throw tensorError("bad-shape", name, `has the negative size ${broken}`);
  // Without the zeros: other readers multiply in their own order and overflow before they come to one.
  if (shape.length <= MAX_RANK && Number.isSafeInteger(elementCount(shape.filter((dim) => dim > 0)))) return shape;
  throw tensorError("bad-shape", name, `has the impossible shape [${shape.slice(0, 8).join(", ")}]`);
}

/** Memory is reserved only once the bytes in the file are known to fill it. */
function readData(type: ElementType, count: number, parts: readonly ProtobufField[], name: string): TensorData {
  const { field, bytesPerElement, allocate } = STORAGE[type];
  const source = parts[0]?.number ?? field;
  if (parts.some((part) => part.number !== source) || (source !== TENSOR.rawData && source !== field)) {
    throw tensorError("bad-tensor", name, `keeps its ${type} elements in a field of another type, or in more than one`);
  }
  const size = parts.reduce((sum, part) => sum + part.byteLength, 0);
  if (source === TENSOR.rawData ? size !== count * bytesPerElement : size < count) {
    throw tensorError("bad-tensor", name, `has ${size} bytes of data for ${count} elements of ${type}`);
  }
  const values = allocate(count);
  if (source === TENSOR.rawData) copyRaw(values, parts, name);
  else fill(values, parts, name);
  if (type === "bool" && values instanceof Uint8Array && values.some((value) => value > 1)) {
    throw tensorError("bad-tensor", name, "holds a bool that is neither 0 nor 1");
  }
  return values;
}

/** Raw data is little-endian, as is every machine that Node's ONNX Runtime runs on. */
function copyRaw(values: TensorData, parts: readonly ProtobufField[], name: string): void {
  if (parts.length > 1) throw tensorError("bad-tensor", name, "has its raw data more than once");
  new Uint8Array(values.buffer).set(parts[0].bytes());
}

function fill(values: TensorData, parts: readonly ProtobufField[], name: string): void {
  if (values instanceof BigInt64Array) copy(values, parts, (part) => part.bigints(), name);
  else if (values instanceof Float32Array) copy(values, parts, (part) => part.floats(), name);
  else if (values instanceof Float64Array) copy(values, parts, (part) => part.doubles(), name);
  else copy(values, parts, (part) => part.ints(), name);
}

function copy<T extends number | bigint>(
  values: { readonly length: number; [index: number]: T },
  parts: readonly ProtobufField[],
  read: (part: ProtobufField) => Iterable<T>,
  name: string,
): void {
  let at = 0;
  for (const part of parts) {
    for (const element of read(part)) {
      if (at < values.length) values[at] = element;
      // A typed array wraps what it cannot hold, so what comes back tells.
      if (!Object.is(values[at], element)) throw tensorError("bad-tensor", name, `cannot hold its element ${at}`);
      at++;
    }
  }
  if (at === values.length) return;
  throw tensorError("bad-tensor", name, `has ${at} elements where its shape wants ${values.length}`);
}

function tensorError(code: string, name: string, what: string): GraphError {
  return new GraphError(code, `tensor ${quoted(name)} ${what}`, { place: { node: name } });
}
