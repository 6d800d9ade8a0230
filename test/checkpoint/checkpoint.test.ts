import { beforeAll, describe, expect, test } from "@jest/globals";
import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseSpec } from "../../src/spec.js";
import {
  readCheckpoint,
  readParameters,
  writeCheckpoint,
  type TrainingIdentity,
} from "../../src/checkpoint/checkpoint.js";
import { readSafetensors, writeSafetensors, type NamedTensor } from "../../src/checkpoint/safetensors.js";
import type { TrainingState } from "../../src/optimizer/state.js";
import { initialParameters } from "../../src/transformer/parameters.js";
import { temporaryDirectories } from "../support/temporary.js";

const directory = temporaryDirectories();
const spec = parseSpec("architecture: {context: 8, width: 8, layers: 1, heads: 2, tieEmbeddings: true}");
const wide = parseSpec("architecture: {context: 8, width: 16, layers: 1, heads: 2, tieEmbeddings: true}");
const untied = parseSpec("architecture: {context: 8, width: 8, layers: 1, heads: 2, tieEmbeddings: false}");
const identity: TrainingIdentity = { spec, seed: 3, steps: 40, corpusSha256: "ab" };

function stateOf(of: typeof spec, step: number): TrainingState {
  const parameters = initialParameters(of, 5);
  const firstMoment = parameters.map((x) => x * 2);
  return { vectors: { parameters, firstMoment, secondMoment: parameters.map((x) => x * x) }, step };
}

const origin = { path: "" };
beforeAll(async () => {
  origin.path = directory();
  await writeCheckpoint(origin.path, identity, stateOf(spec, 7));
});

/** A copy of the good checkpoint, with what `change` does to it. */
function damaged(change: (path: string) => void): string {
  const path = directory();
  cpSync(origin.path, path, { recursive: true });
  change(path);
  return path;
}

/** Rewrites a safetensors file with other tensors or metadata. */
function edit(
  file: string,
  change: (tensors: Map<string, NamedTensor>, metadata: Record<string, string>) => void,
): (path: string) => void {
  return (path) => {
    const { tensors, metadata } = readSafetensors(readFileSync(join(path, file)), file);
    const [copy, notes] = [new Map(tensors), { ...metadata }];
    change(copy, notes);
    writeFileSync(join(path, file), writeSafetensors({ tensors: copy, metadata: notes }));
  };
}

/** Rewrites config.json. */
function configured(change: (axon: Record<string, unknown>, config: Record<string, unknown>) => void) {
  return (path: string) => {
    const file = join(path, "config.json");
    const config = JSON.parse(readFileSync(file, "utf8")) as { axon: Record<string, unknown> };
    change(config.axon, config);
    writeFileSync(file, JSON.stringify(config));
  };
}

async function written(of: typeof spec, step: number): Promise<string> {
  const path = directory();
  await writeCheckpoint(path, { ...identity, spec: of }, stateOf(of, step));
  return path;
}

const STATE = "state.safetensors";
const MODEL = "model.safetensors";
const CONFIG = "config.json";
const short: NamedTensor = { shape: [3], data: new Float32Array(3) };

describe("a checkpoint", () => {
  test("gives back what was written, to the last bit", async () => {
    expect(await readCheckpoint(origin.path)).toEqual({ identity, state: stateOf(spec, 7) });
  });

  test("is replaced as a whole by the next one", async () => {
    const path = damaged(() => {});
    await writeCheckpoint(path, { ...identity, spec: wide }, stateOf(wide, 8));
    expect(await readCheckpoint(path)).toEqual({ identity: { ...identity, spec: wide }, state: stateOf(wide, 8) });
  });

  test("is read for its parameters without its moments, but only by its own architecture", async () => {
    const path = damaged((at) => [STATE, CONFIG].forEach((file) => rmSync(join(at, file))));
    expect(await readParameters(path, spec)).toEqual(stateOf(spec, 7).vectors.parameters);
    await expect(readParameters(path, wide)).rejects.toThrow(
      /"transformer\.wte\.weight" is \[256, 8\], .* \[256, 16\]/,
    );
    await expect(readParameters(path, untied)).rejects.toThrow(/it has no tensor "lm_head\.weight"/);
  });
});

describe("a damaged checkpoint is refused with the name of the file", () => {
  const DAMAGES: readonly (readonly [string, (path: string) => void, string, string, RegExp])[] = [
    ...[CONFIG, MODEL, STATE].flatMap((file) => [
      [
        `without ${file}`,
        (path: string) => rmSync(join(path, file)),
        file,
        "checkpoint-missing",
        /cannot read/,
      ] as const,
      [
        `with a folder for ${file}`,
        (path: string) => (rmSync(join(path, file)), mkdirSync(join(path, file))),
        file,
        "checkpoint-missing",
        /cannot read/,
      ] as const,
    ]),
    ...[MODEL, STATE].map(
      (file) =>
        [
          `with half of ${file}`,
          (path: string) => truncateSync(join(path, file), 500),
          file,
          "safetensors",
          /no usable safetensors file/,
        ] as const,
    ),
    [
      "with an empty config",
      (path) => truncateSync(join(path, CONFIG), 0),
      CONFIG,
      "checkpoint",
      /not written by `axon train`/,
    ],
    [
      "with a config of another program",
      configured((_, config) => delete config["axon"]),
      CONFIG,
      "checkpoint",
      /not written by `axon train`/,
    ],
    [
      "with a config that is no object",
      (path) => writeFileSync(join(path, CONFIG), "null"),
      CONFIG,
      "checkpoint",
      /not written by `axon train`/,
    ],
    [
      "with a seed that is no number",
      configured((axon) => (axon["seed"] = "3")),
      CONFIG,
      "checkpoint",
      /not written by `axon train`/,
    ],
    [
      "without a number of steps",
      configured((axon) => delete axon["steps"]),
      CONFIG,
      "checkpoint",
      /not written by `axon train`/,
    ],
    [
      "with a spec that no longer is one",
      configured((axon) => (axon["spec"] = { architecture: { depth: 3 } })),
      CONFIG,
      "spec-invalid",
      /unknown key "architecture\.depth"/,
    ],
    [
      "with the spec of another architecture",
      configured((axon) => (axon["spec"] = wide)),
      MODEL,
      "checkpoint",
      /\[256, 8\], the spec asks for \[256, 16\]/,
    ],
    [
      "without one of its tensors",
      edit(MODEL, (tensors) => tensors.delete("transformer.ln_f.bias")),
      MODEL,
      "checkpoint",
      /no tensor "transformer\.ln_f\.bias"/,
    ],
    [
      "without the first moment",
      edit(STATE, (tensors) => tensors.delete("firstMoment")),
      STATE,
      "checkpoint",
      /"firstMoment"/,
    ],
    [
      "with moments of another length",
      edit(STATE, (tensors) => tensors.set("secondMoment", short)),
      STATE,
      "checkpoint",
      /"secondMoment" does not have the model's \d+ elements/,
    ],
    [
      "with a state from another step",
      edit(STATE, (_, metadata) => (metadata["step"] = "8")),
      STATE,
      "checkpoint",
      /another step/,
    ],
    [
      "with a state of no step at all",
      edit(STATE, (_, metadata) => delete metadata["step"]),
      STATE,
      "checkpoint",
      /after which step/,
    ],
    [
      "with a step that is no number",
      edit(STATE, (_, metadata) => (metadata["step"] = "-1")),
      STATE,
      "checkpoint",
      /after which step/,
    ],
  ];

  test.each(DAMAGES)("%s", async (_, damage, file, code, message) => {
    const path = damaged(damage);
    const place = expect.objectContaining({ file: join(path, file) });
    const error = await readCheckpoint(path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "InputError", code, place, message: expect.stringMatching(message) });
    expect((error as Error).message).toContain(join(path, file));
  });

  test("with files of two checkpoints", async () => {
    const [later, other] = [await written(spec, 8), await written(wide, 7)];
    const mixed = (from: string, file: string) => damaged((path) => cpSync(join(from, file), join(path, file)));
    await expect(readCheckpoint(mixed(later, MODEL))).rejects.toThrow(/state\.safetensors: .*another step/);
    await expect(readCheckpoint(mixed(other, STATE))).rejects.toThrow(/state\.safetensors: "firstMoment"/);
    await expect(readCheckpoint(mixed(other, CONFIG))).rejects.toThrow(/model\.safetensors: /);
  });

  test("without any step in model and state", async () => {
    const path = damaged((at) =>
      [MODEL, STATE].forEach((file) => edit(file, (_, metadata) => delete metadata["step"])(at)),
    );
    await expect(readCheckpoint(path)).rejects.toThrow(/state\.safetensors: it does not say after which step/);
  });
});
