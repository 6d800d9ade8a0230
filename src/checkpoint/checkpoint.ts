// A checkpoint directory: model.safetensors and config.json in Hugging Face's layout, model.onnx to hand over, and
// state.safetensors with the moments and the position, which is all that an exact resume needs.

import { access, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { AxonError, InputError } from "../errors.js";
import { writeOnnx } from "../graph/write-onnx.js";
import { allVectors, planOf, type Vector } from "../optimizer/sections.js";
import { parseSpec, type Spec } from "../spec.js";
import { inferenceModel } from "../transformer/model.js";
import { parameterCount, parameterLayout } from "../transformer/parameters.js";
import { familyConfig, restore, stored, storedTensors } from "./families.js";
import { readSafetensors, writeSafetensors, type NamedTensor, type Safetensors } from "./safetensors.js";
import { modelParameters, type TrainingState } from "../optimizer/state.js";

/** What identifies a training: with it and the state, the rest of the run is determined. */
export interface TrainingIdentity {
  readonly spec: Spec;
  readonly seed: number;
  readonly steps: number;
  readonly corpusSha256: string;
}

const identitySchema = z.object({
  spec: z.unknown(),
  seed: z.int(),
  steps: z.int().min(1),
  corpusSha256: z.string(),
});

/** Whether a training has left something in the directory. */
export async function holdsCheckpoint(directory: string): Promise<boolean> {
  return access(join(directory, "state.safetensors")).then(
    () => true,
    () => false,
  );
}

/** Writes the whole checkpoint and files that belong to it; whatever stood there stays intact until every new file is safely on disk. */
export async function writeCheckpoint(
  directory: string,
  identity: TrainingIdentity,
  state: TrainingState,
  more: Readonly<Record<string, () => Uint8Array>> = {},
): Promise<void> {
  const { spec } = identity;
  const metadata = { step: String(state.step) };
  const model = modelParameters(state);
  const rest = Object.entries(state.vectors).filter(([, vector]) => vector !== model);
  const vectors = rest.map(([name, data]): [string, NamedTensor] => [name, { shape: [data.length], data }]);
  await writeTogether(directory, {
    "config.json": () => json({ ...familyConfig(spec), axon: { ...identity, step: state.step } }),
    "model.safetensors": () =>
      writeSafetensors({ tensors: named(spec, model), metadata: { format: "pt", ...metadata } }),
    "model.onnx": () => writeOnnx(inferenceModel(spec, model)),
    "state.safetensors": () => writeSafetensors({ tensors: new Map(vectors), metadata }),
    ...more,
  });
}

/**
 * Reads a checkpoint back.
 * @throws InputError `checkpoint-missing`, `checkpoint` or `safetensors` saying which file does not fit.
 */
export async function readCheckpoint(directory: string): Promise<{ identity: TrainingIdentity; state: TrainingState }> {
  const identity = await readIdentity(directory);
  const model = await readTensors(directory, "model.safetensors");
  const state = await readTensors(directory, "state.safetensors");
  const handedOver = flattened(identity.spec, model, join(directory, "model.safetensors"));
  const stateFile = join(directory, "state.safetensors");
  const vector = (name: Vector): Float32Array => {
    const tensor = state.tensors.get(name);
    if (tensor?.data.length === handedOver.length) return tensor.data;
    throw unfit(stateFile, `"${name}" does not have the model's ${handedOver.length} elements`);
  };
  const step = state.metadata["step"] ?? "";
  if (!/^\d{1,15}$/.test(step)) throw unfit(stateFile, "it does not say after which step it was written");
  if (model.metadata["step"] !== step) {
    throw unfit(stateFile, "model.safetensors is from another step, so this cannot be resumed");
  }
  const plan = planOf(identity.spec);
  const inModel: Vector = plan.averaging > 0 ? "average" : "parameters";
  const vectors = allVectors(parameterLayout(identity.spec), plan).map(
    (name) => [name, name === inModel ? handedOver : vector(name)] as const,
  );
  return {
    identity,
    state: { vectors: Object.fromEntries(vectors) as TrainingState["vectors"], step: Number(step) },
  };
}

/** The parameters alone, as a start for another training. @throws InputError when they are of another architecture. */
export async function readParameters(directory: string, spec: Spec): Promise<Float32Array> {
  return flattened(spec, await readTensors(directory, "model.safetensors"), join(directory, "model.safetensors"));
}

/** What a checkpoint predicts with. @throws InputError like `readCheckpoint`. */
export async function readModel(directory: string): Promise<{ spec: Spec; parameters: Float32Array }> {
  const { spec } = await readIdentity(directory);
  return { spec, parameters: await readParameters(directory, spec) };
}

/** The spec a checkpoint was trained with. */
async function readIdentity(directory: string): Promise<TrainingIdentity> {
  const file = join(directory, "config.json");
  try {
    const config = JSON.parse(new TextDecoder().decode(await read(file))) as { axon?: unknown };
    const identity = identitySchema.parse(config.axon);
    return { ...identity, spec: parseSpec(JSON.stringify(identity.spec), file) };
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw unfit(file, "it was not written by `axon train`", cause);
  }
}

/**
 * Writes files that belong together: all of them under temporary names first, flushed, then renamed. Contents are made when their turn
 * comes, so that those of a large model are not all in memory at once.
 * @throws AxonError `write-failed` with nothing changed, for example when the disk is full.
 */
export async function writeTogether(
  directory: string,
  files: Readonly<Record<string, () => Uint8Array>>,
): Promise<void> {
  const temporary = Object.keys(files).map((name) => ({ name, path: join(directory, `.${name}.${process.pid}.tmp`) }));
  try {
    await mkdir(directory, { recursive: true });
    await removeLeftovers(directory, Object.keys(files));
    for (const { name, path } of temporary) await writeDurably(path, files[name]());
  } catch (cause) {
    for (const { path } of temporary) await rm(path, { force: true });
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new AxonError(
      "write-failed",
      `could not write to ${directory}: ${message}; what was there before is intact`,
      { cause },
    );
  }
  for (const { name, path } of temporary) await rename(path, join(directory, name));
}

export function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}

/** Temporary files of a process that was killed while it wrote. */
async function removeLeftovers(directory: string, names: readonly string[]): Promise<void> {
  for (const entry of await readdir(directory)) {
    const [, name] = /^\.(.+)\.\d+\.tmp$/.exec(entry) ?? [];
    if (name !== undefined && names.includes(name)) await rm(join(directory, entry), { force: true });
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function readTensors(directory: string, name: string): Promise<Safetensors> {
  return readSafetensors(await read(join(directory, name)), join(directory, name));
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new InputError("checkpoint-missing", `cannot read ${file}: is it a directory that \`axon train\` wrote?`, {
      cause,
      place: { file },
    });
  }
}

function unfit(file: string, message: string, cause?: unknown): InputError {
  return new InputError("checkpoint", `${file}: ${message}`, { place: { file }, cause });
}

function named(spec: Spec, flat: Float32Array): Map<string, NamedTensor> {
  return new Map(
    storedTensors(spec).map((tensor) => [tensor.name, { shape: tensor.shape, data: stored(flat, tensor) }]),
  );
}

function flattened(spec: Spec, { tensors }: Safetensors, file: string): Float32Array {
  const flat = new Float32Array(parameterCount(spec));
  for (const wanted of storedTensors(spec)) {
    const { name, shape } = wanted;
    const tensor = tensors.get(name);
    if (!tensor) throw unfit(file, `it has no tensor "${name}"`);
    if (tensor.shape.join() !== shape.join()) {
      throw unfit(file, `"${name}" is [${tensor.shape.join(", ")}], the spec asks for [${shape.join(", ")}]`);
    }
    restore(flat, wanted, tensor.data);
  }
  return flat;
}
