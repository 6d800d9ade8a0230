// Reads what a model answered: lenient in what stands round the JSON, strict in what stands in it. It applies nothing.

import { z } from "zod";
import { jsonObjects } from "./json-objects.js";

export interface AnswerRefusal {
  readonly ok: false;
  readonly code: "too-long" | "no-json" | "several" | "invalid";
  /** For the model, so that it can mend its answer. */
  readonly reason: string;
}

/** Characters; the schemas ask for less, and cutting an answer would be worse than a long one. */
const LONGEST_ANSWER = 2_000_000;
const LONGEST_CHANGE = 1_000_000;

const words = (most: number) => z.string().trim().min(1).max(most);
/** A lone surrogate is no text, and nothing that people edit holds NUL. */
const change = z
  .string()
  .max(LONGEST_CHANGE)
  .refine((text) => !/[\0\p{Cs}]/u.test(text), "holds NUL or a broken character");

const PROPOSAL = z.strictObject({
  hypothesis: words(1_000),
  rationale: words(6_000),
  expectedEffect: words(1_000),
  diff: change.refine((text) => text.trim() !== "", "is empty"),
});

const WHOLE_FILE = z.strictObject({ path: z.string().min(1).max(1_000), text: change });

export type ProposalAnswer = { readonly ok: true } & Readonly<z.infer<typeof PROPOSAL>>;
export type WholeFileAnswer = { readonly ok: true } & Readonly<z.infer<typeof WHOLE_FILE>>;

export function parseProposalAnswer(text: string): ProposalAnswer | AnswerRefusal {
  return parse(text, PROPOSAL);
}

export function parseWholeFileAnswer(text: string): WholeFileAnswer | AnswerRefusal {
  return parse(text, WHOLE_FILE);
}

function parse<T extends object>(text: string, schema: z.ZodType<T>): ({ readonly ok: true } & T) | AnswerRefusal {
  if (text.length > LONGEST_ANSWER) return refusal("too-long", `the answer has more than ${LONGEST_ANSWER} characters`);
  const found = jsonObjects(text);
  const [first] = found;
  if (first === undefined)
    return refusal("no-json", "the answer holds no whole JSON object: answer with one and nothing else");
  const results = found.map((value) => schema.safeParse(value));
  const good = results.flatMap((result) => (result.success ? [result.data] : []));
  const different = new Set(good.map((value) => JSON.stringify(value)));
  if (different.size > 1) return refusal("several", "the answer holds more than one proposal: send one");
  const [value] = good;
  return value ? { ok: true, ...value } : refusal("invalid", problems(schema, first));
}

function problems(schema: z.ZodType, value: unknown): string {
  const issues = schema.safeParse(value).error?.issues ?? [];
  const named = issues.slice(0, 5).map(({ path, message }) => `${path.join(".") || "the object"}: ${message}`);
  return `the JSON object is not as asked for: ${named.join("; ")}`;
}

function refusal(code: AnswerRefusal["code"], reason: string): AnswerRefusal {
  return { ok: false, code, reason };
}
