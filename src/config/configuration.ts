// What a repository says about its own evolution: .github/axon.yml at the base commit, never as a candidate left it.

import * as z from "zod";
import type { Bounds, Objective } from "../candidate.js";
import { costlyGlob } from "../glob.js";
import { parseYaml } from "../yaml-text.js";

export const CONFIGURATION_PATH = ".github/axon.yml";

const command = z.string().trim().min(1).max(4000);

const glob = z
  .string()
  .min(1)
  .max(200)
  .superRefine((text, context) => {
    const costly = costlyGlob(text);
    if (costly !== undefined) context.addIssue({ code: "custom", message: costly });
  });

/** Relative, inside the repository. */
const file = z
  .string()
  .max(500)
  .regex(
    /^(?!\.{1,2}(\/|$))[^/\\\0]+(\/(?!\.{1,2}(\/|$))[^/\\\0]+)*$/,
    "must be a path below the repository's top, without . and ..",
  );

/** By how much a measure may grow: 0.05 or "5 %". */
const share = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,4}(\.\d{1,6})? ?%$/, 'must be a share such as 0.05, or a percentage such as "5 %"')
      .transform((text) => Number.parseFloat(text) / 100),
  ])
  .pipe(z.number().min(0).max(100))
  .optional();

const schema = z.strictObject({
  evolve: z
    .strictObject({
      paths: z
        .array(glob)
        .min(1)
        .max(100)
        .default(["model/spec.yml"])
        .describe("globs of files that a proposal may change; what judges stays out of reach"),
    })
    .prefault({}),
  prepare: command.optional().describe("shell command that brings what commands need, run on the base commit alone"),
  train: z
    .strictObject({
      command: command
        .optional()
        .describe("shell command that writes $AXON_OUT/model.onnx; default: AXON trains the spec"),
    })
    .prefault({}),
  objective: z
    .strictObject({
      command: command.describe("shell command that writes the number to improve"),
      file: file.default("metrics.json").describe("JSON that the command writes, relative to the repository"),
      path: z.string().min(1).max(200).describe("where in it the number lies: a.b for {a: {b: number}}"),
      direction: z.enum(["lower", "higher"]).describe("which numbers are better"),
      name: z.string().trim().min(1).max(100).optional().describe("default: the path"),
    })
    .optional()
    .describe("a number of the repository's own instead of held-out bits per byte"),
  bounds: z
    .strictObject({
      parameters: share,
      flopsPerToken: share,
      trainingSeconds: share,
      secondsPerByte: share,
      peakMemory: share,
    })
    .prefault({})
    .describe("by how much an improvement may make other measures grow: 0.05 or 5 %"),
  limits: z
    .strictObject({
      trainings: z.int().min(1).max(10_000).default(100).describe("how many a cycle may spend"),
      tokens: z
        .int()
        .min(1)
        .max(1e12)
        .default(150_000)
        .describe("bytes per training, at the size of the repository's own spec"),
      dollars: z.number().min(0).max(1e6).optional().describe("what language models may cost on a day"),
      modelTokens: z.int().min(0).max(1e12).optional().describe("tokens of language models on a day, in and out"),
    })
    .prefault({}),
  proposer: z
    .enum(["search", "llm", "mixed"])
    .default("search")
    .describe("who proposes: the offline search, language models, or both by what they earned"),
});

export type Configuration = z.infer<typeof schema>;

/** JSON Schema (draft 2020-12) of axon.yml, for editors. */
export function configurationJsonSchema(): unknown {
  return z.toJSONSchema(schema, { io: "input" });
}

/**
 * @param text of axon.yml; null where there is none, and every default holds
 * @throws InputError `configuration-syntax` or `configuration-invalid` with file, line and column.
 */
export function parseConfiguration(text: string | null): Configuration {
  return parseYaml(text ?? "", CONFIGURATION_PATH, { what: "configuration", schema });
}

/** What a cycle improves. */
export function objectiveOf({ objective }: Configuration): Objective {
  if (objective === undefined) return { name: "bits per byte", direction: "lower", selfReported: false };
  const { name, path, direction } = objective;
  return { name: name ?? path, direction, selfReported: true };
}

/** Only those that are set. */
export function boundsOf({ bounds }: Configuration): Bounds {
  return Object.fromEntries(Object.entries(bounds).filter(([, bound]) => bound !== undefined));
}
