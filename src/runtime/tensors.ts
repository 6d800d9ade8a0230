// Tensors and errors on their way to ONNX Runtime and back.

import "./no-telemetry.js"; // first: it must hold when the library is loaded
import * as ort from "onnxruntime-node";
import { AxonError } from "../errors.js";
import type { ElementType, Tensor, TensorData } from "../graph/graph.js";

/** @throws AxonError `runtime` with ONNX Runtime's own message. */
export async function guarded<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw new AxonError("runtime", cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

export function toOrt(tensor: Tensor): ort.Tensor {
  return new ort.Tensor(tensor.type, tensor.data as Float32Array, tensor.shape);
}

export function fromOrt(tensor: ort.Tensor): Tensor {
  return { type: tensor.type as ElementType, shape: tensor.dims, data: tensor.data as TensorData };
}

export function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
