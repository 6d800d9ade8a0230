// The model contract: what a file must look like before it is run at all. What it computes is judged elsewhere.

import { GraphError } from "../../errors.js";
import { elementCount, type Dim, type Model } from "../../graph/graph.js";
import { readOnnx } from "../../graph/read-onnx.js";
import { impurity } from "./operators.js";

/** A model that may not be scored: an expected outcome, with a code for machines and a sentence for its author. */
export interface Refusal {
  readonly ok: false;
  readonly code: string;
  readonly reason: string;
}

export interface ContractedModel {
  readonly ok: true;
  readonly model: Model;
  /** Bytes the model may see at once. */
  readonly context: number;
  /** Floating-point numbers stored as initializers. */
  readonly parameters: number;
}

/** Size of the vocabulary: all bytes. */
export const VOCABULARY = 256;

const DEFAULT_CONTEXT = 128;
const MAX_CONTEXT = 4096;

/** Every node costs each run a microsecond, however little it does. A transformer of a hundred layers has some 10,000. */
const MAX_NODES = 50_000;

/** @param maxBytes what the file may weigh */
export function readContractedModel(bytes: Uint8Array, maxBytes: number): ContractedModel | Refusal {
  if (bytes.length > maxBytes)
    return refusal("too-large", `the model has ${bytes.length} bytes; ${maxBytes} are allowed`);
  const model = readModel(bytes);
  if ("code" in model) return model;
  const { length } = model.graph.nodes;
  if (length > MAX_NODES) return refusal("too-large", `the model has ${length} nodes; ${MAX_NODES} are allowed`);
  const context = contextOf(model);
  if (context === null) {
    const given = JSON.stringify(model.metadata["axon.context"]);
    return refusal(
      "bad-context",
      `metadata axon.context is ${given}; it must be a whole number from 1 to ${MAX_CONTEXT}`,
    );
  }
  return checkInput(model) ?? checkOutput(model) ?? checkNodes(model) ?? accepted(model, context);
}

export function refusal(code: string, reason: string): Refusal {
  return { ok: false, code, reason };
}

function accepted(model: Model, context: number): ContractedModel {
  let parameters = 0;
  for (const { type, shape } of model.graph.initializers.values()) {
    // Scalars are constants of the graph, such as the mask: no training moved them.
    if (shape.length > 0 && (type === "float32" || type === "float64")) parameters += elementCount(shape);
  }
  return { ok: true, model, context, parameters };
}

function readModel(bytes: Uint8Array): Model | Refusal {
  try {
    return readOnnx(bytes);
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    return refusal(error.code, error.message);
  }
}

function contextOf({ metadata }: Model): number | null {
  const text = metadata["axon.context"];
  if (text === undefined) return DEFAULT_CONTEXT;
  return /^[1-9]\d{0,3}$/.test(text) && Number(text) <= MAX_CONTEXT ? Number(text) : null;
}

function checkInput({ graph }: Model): Refusal | null {
  const [input, ...others] = graph.inputs;
  const fits = input?.name === "input_ids" && input.type === "int64" && input.shape.length === 2;
  if (fits && input.shape.every(isFree) && others.length === 0 && !graph.initializers.has(input.name)) return null;
  const found = describe(graph.inputs);
  return refusal(
    "wrong-input",
    `the only input must be input_ids int64 [batch, sequence], both sizes free; found ${found}`,
  );
}

function checkOutput({ graph }: Model): Refusal | null {
  const [output, ...others] = graph.outputs;
  const fits = output?.name === "logits" && output.type === "float32" && output.shape.length === 3;
  const [batch, sequence, width] = output?.shape ?? [];
  const sizes = isFree(batch) && isFree(sequence) && (isFree(width) || width === VOCABULARY);
  if (fits && sizes && others.length === 0) return null;
  const found = describe(graph.outputs);
  return refusal("wrong-output", `the only output must be logits float32 [batch, sequence, 256]; found ${found}`);
}

function checkNodes({ graph }: Model): Refusal | null {
  for (const node of graph.nodes) {
    const reason = impurity(node);
    if (reason !== null) return refusal("foreign-operator", `node "${node.name || node.outputs[0]}" ${reason}`);
  }
  return null;
}

function isFree(dim: Dim | undefined): boolean {
  return typeof dim === "string";
}

function describe(values: Model["graph"]["inputs"]): string {
  if (values.length === 0) return "none";
  return values
    .map(({ name, type, shape }) => `${name} ${type} [${shape.map((dim) => dim || "?").join(", ")}]`)
    .join("; ");
}
