// A decoder on ONNX Runtime that keeps keys and values: a further byte costs one position.

import type { Tensor, Value } from "../graph/graph.js";
import { writeOnnx } from "../graph/write-onnx.js";
import { createSession, type Session } from "../runtime/session.js";
import type { Spec } from "../spec.js";
import { decodingModel } from "../transformer/decoding.js";
import type { Decoder } from "./generate.js";

/** Keys or values of one layer, a row per position. */
interface Cache {
  /** The output of the graph that holds new rows. */
  readonly rows: string;
  /** The input that takes the rows before. */
  readonly past: string;
  readonly rowShape: readonly number[];
  readonly rowSize: number;
  /** For a whole context. */
  readonly data: Float32Array;
}

export class CachedDecoder implements Decoder {
  readonly context: number;
  readonly #session: Session;
  readonly #caches: readonly Cache[];
  #read = 0;

  private constructor(session: Session, context: number, caches: readonly Cache[]) {
    this.#session = session;
    this.context = context;
    this.#caches = caches;
  }

  static async open(spec: Spec, parameters: Float32Array, threads: number): Promise<CachedDecoder> {
    const model = decodingModel(spec, parameters);
    const { context } = spec.architecture;
    const caches = model.graph.inputs.slice(1).map((input) => emptyCache(input, context));
    return new CachedDecoder(await createSession(writeOnnx(model), { threads }), context, caches);
  }

  async read(bytes: readonly number[]): Promise<Float32Array> {
    const ids: Tensor = { type: "int64", shape: [1, bytes.length], data: BigInt64Array.from(bytes, BigInt) };
    const pasts = this.#caches.map(({ past, rowShape, rowSize, data }): [string, Tensor] => [
      past,
      { type: "float32", shape: [1, this.#read, ...rowShape], data: data.subarray(0, this.#read * rowSize) },
    ]);
    const outputs = await this.#session.run({ input_ids: ids, ...Object.fromEntries(pasts) });
    for (const { rows, rowSize, data } of this.#caches) data.set(floats(outputs[rows]), this.#read * rowSize);
    this.#read += bytes.length;
    return floats(outputs["logits"]);
  }

  clear(): void {
    this.#read = 0;
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

function emptyCache({ name, shape }: Value, context: number): Cache {
  const rowShape = shape.slice(2) as number[];
  const rowSize = rowShape.reduce((product, size) => product * size, 1);
  return { rows: name.replace("past.", ""), past: name, rowShape, rowSize, data: new Float32Array(context * rowSize) };
}

function floats(tensor: Tensor): Float32Array {
  return tensor.data as Float32Array;
}
