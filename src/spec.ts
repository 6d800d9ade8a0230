// The spec: what model to train and how. Schema, ranges and defaults.

import * as z from "zod";
import { parseYaml } from "./yaml-text.js";

const whole = (min: number, max: number) => z.int().min(min).max(max);
const between = (min: number, max: number) => z.number().min(min).max(max);

const architectureSchema = z
  .strictObject({
    context: whole(8, 4096).default(128).describe("bytes the model sees at once"),
    width: whole(8, 4096).default(128).describe("size of the residual stream; a multiple of heads"),
    layers: whole(1, 64).default(4),
    heads: whole(1, 64).default(4),
    keyValueHeads: whole(1, 64)
      .optional()
      .describe("heads of keys and values, shared by the heads of queries; default: heads"),
    normalization: z
      .enum(["layer-norm", "rms-norm"])
      .default("layer-norm")
      .describe("linear maps have biases with layer-norm, as in GPT-2, and none with rms-norm, as in Llama"),
    position: z.enum(["learned", "rotary"]).default("learned"),
    feedForward: z
      .strictObject({
        kind: z
          .enum(["gelu", "relu-squared", "swiglu"])
          .default("gelu")
          .describe("GELU in its tanh form, as in GPT-2; swiglu has a third matrix of the hidden size"),
        ratio: between(0.25, 16).default(4).describe("hidden size = ratio × width, rounded to a whole number"),
      })
      .prefault({}),
    tieEmbeddings: z.boolean().default(false).describe("the output projection shares the byte embedding"),
    queryKeyNormalization: z
      .boolean()
      .default(false)
      .describe("rms-norm of every query and key, which keeps scores small"),
    logitSoftCap: between(0, 1000).default(0).describe("bound c of the logits, c·tanh(logit/c); 0 sets none"),
  })
  .refine((a) => a.width % a.heads === 0, {
    path: ["width"],
    error: ({ input }) => {
      const { width, heads } = input as { width: number; heads: number };
      return `width ${width} is not divisible by heads ${heads}: each head takes width ÷ heads columns`;
    },
  })
  .refine((a) => a.heads % (a.keyValueHeads ?? a.heads) === 0, {
    path: ["keyValueHeads"],
    error: ({ input }) => {
      const { heads, keyValueHeads } = input as { heads: number; keyValueHeads: number };
      return `heads ${heads} is not divisible by keyValueHeads ${keyValueHeads}: each serves heads ÷ keyValueHeads heads`;
    },
  })
  .refine((a) => a.position !== "rotary" || (a.width / a.heads) % 2 === 0, {
    path: ["position"],
    error: ({ input }) => {
      const { width, heads } = input as { width: number; heads: number };
      return `rotary positions turn pairs, but width ${width} ÷ heads ${heads} is odd`;
    },
  });

const groupSchema = z
  .strictObject({
    learningRate: between(0, 100).default(1).describe("as a share of optimizer.learningRate"),
    weightDecay: between(0, 10)
      .optional()
      .describe("instead of optimizer.weightDecay on matrices and head, of 0 elsewhere"),
  })
  .prefault({});

const optimizerSchema = z.strictObject({
  kind: z.enum(["adamw", "lion", "muon", "sgd"]).default("adamw").describe("muon trains matrices, and AdamW the rest"),
  learningRate: between(1e-6, 1).default(3e-3).describe("at the peak of the schedule"),
  schedule: z.enum(["constant", "cosine", "warmup-stable-decay"]).default("cosine"),
  warmup: between(0, 0.9).default(0.1).describe("share of the steps that rise linearly from 0"),
  decay: between(0, 1).default(0.3).describe("share of the steps that fall to 0 at the end of warmup-stable-decay"),
  finalLearningRate: between(0, 1).default(0.1).describe("where cosine ends, as a share of the peak"),
  beta1: between(0, 0.9999).default(0.9).describe("momentum"),
  beta2: between(0, 0.99999).default(0.95),
  epsilon: between(1e-12, 1e-2).default(1e-8),
  weightDecay: between(0, 10).default(0.1).describe("on matrices and head, not on biases, gains and embeddings"),
  gradientClip: between(1e-4, 1e4).default(1).describe("bound of the global gradient norm"),
  groups: z
    .strictObject({ embedding: groupSchema, matrix: groupSchema, vector: groupSchema, head: groupSchema })
    .prefault({})
    .describe("settings of their own for embeddings, matrices, vectors (biases and gains) and the output projection"),
});

const trainingSchema = z.strictObject({
  batch: whole(1, 1024).default(4).describe("windows of `context` bytes per step"),
  microBatch: whole(1, 1024)
    .optional()
    .describe("windows computed at once, or the next smaller number that divides a thread's; their gradients add up"),
  averaging: between(0, 0.99999)
    .default(0)
    .describe("decay of a running average of the parameters, which is then the model"),
  zLoss: between(0, 1).default(0).describe("weight of log²(Σ exp(logits)) in the loss, which keeps logits small"),
  dropout: between(0, 0.95)
    .default(0)
    .describe("share of the embeddings and of what each branch adds to the stream that training leaves out"),
  streams: z
    .strictObject({ initialization: whole(0, 2 ** 32 - 1).default(0), order: whole(0, 2 ** 32 - 1).default(0) })
    .prefault({})
    .describe(
      "other random numbers for the first parameters and the order of the data: a probe of noise, never a gain",
    ),
  recompute: z.boolean().default(false).describe("forget activations and compute them again: less memory, more time"),
});

const dataSchema = z.strictObject({
  include: z.array(z.string().min(1).max(200)).max(100).default(["**"]).describe("globs of training files"),
  exclude: z.array(z.string().min(1).max(200)).max(100).default([]).describe("globs left out of training"),
});

const schema = z
  .strictObject({
    architecture: architectureSchema.prefault({}),
    optimizer: optimizerSchema.prefault({}),
    training: trainingSchema.prefault({}),
    data: dataSchema.prefault({}),
  })
  .prefault({});

export type Spec = z.infer<typeof schema>;

/** Parameters that an optimizer may treat alike. */
export type Group = keyof Spec["optimizer"]["groups"];

/** The spec of a repository that has none: every default. */
export const DEFAULT_SPEC: Spec = schema.parse({});

/** Settings that an optimizer has no use for. */
const UNREAD: Readonly<Partial<Record<Spec["optimizer"]["kind"], readonly string[]>>> = {
  lion: ["epsilon"],
  sgd: ["beta2", "epsilon"],
};

/**
 * Canonical text of what the spec trains: equal texts, equal trainings. Defaults are spelled out, comments and the order of
 * keys do not count, nor do settings that the chosen schedule or optimizer never reads.
 */
export function fingerprint({ architecture, optimizer, training, data }: Spec): string {
  const { decay, finalLearningRate, ...others } = optimizer;
  const unread = UNREAD[optimizer.kind] ?? [];
  const read = Object.fromEntries(Object.entries(others).filter(([key]) => !unread.includes(key)));
  const schedule = {
    constant: {},
    cosine: { finalLearningRate },
    "warmup-stable-decay": { decay },
  }[optimizer.schedule];
  const { keyValueHeads = architecture.heads, ...shape } = architecture;
  return JSON.stringify({
    architecture: { ...shape, keyValueHeads },
    optimizer: { ...read, ...schedule },
    training,
    data,
  });
}

/** JSON Schema (draft 2020-12) of spec.yml, for editors. */
export function specJsonSchema(): unknown {
  return z.toJSONSchema(schema, { io: "input" });
}

/**
 * Reads the text of a spec.yml.
 * @throws InputError `spec-syntax` or `spec-invalid` with file, line and column.
 */
export function parseSpec(text: string, file = "spec.yml"): Spec {
  return parseYaml(text, file, { what: "spec", schema });
}
