// Reads what an endpoint sends as an answer, piece by piece or at once. Every piece is foreign until checked.

import * as z from "zod";
import type { ChatFailureCode, Usage } from "./chat.js";

/** Some servers send zeros where they do not count; no prompt has none. */
const usageSchema = z.looseObject({
  prompt_tokens: z.int().min(1).max(1e9),
  completion_tokens: z.int().min(0).max(1e9),
});
const words = z.looseObject({ content: z.string().nullish(), refusal: z.string().nullish() }).nullish();

/** A chunk of a stream has `delta`, a whole answer `message`. */
const pieceSchema = z.looseObject({
  model: z
    .string()
    .regex(/^[\x20-\x7e]{1,200}$/)
    .nullish()
    .catch(null),
  choices: z
    .array(z.looseObject({ delta: words, message: words, finish_reason: z.string().max(100).nullish() }))
    .nullish(),
  usage: usageSchema.nullish().catch(null),
});

export interface Reading {
  readonly take: (piece: unknown) => "taken" | "malformed" | "too-large";
  readonly text: () => string;
  readonly model: () => string | null;
  /** Null where the endpoint counted nothing. */
  readonly usage: () => Usage | null;
  /** Whether the endpoint said that the answer has ended. */
  readonly ended: () => boolean;
  /** Why the whole of it is no answer; null if it is one. */
  readonly flaw: () => { readonly code: ChatFailureCode; readonly reason: string } | null;
}

/** @param answerBytes most that the text may have, as UTF-8 */
export function startReading(answerBytes: number): Reading {
  let text = "";
  let refusal = "";
  let bytes = 0;
  let finish: string | null = null;
  let model: string | null = null;
  let usage: Usage | null = null;

  function take(piece: unknown): "taken" | "malformed" | "too-large" {
    const checked = pieceSchema.safeParse(piece);
    if (!checked.success) return "malformed";
    const { choices, model: name, usage: counted } = checked.data;
    model ??= name ?? null;
    if (counted) usage = { inputTokens: counted.prompt_tokens, outputTokens: counted.completion_tokens };
    const [choice] = choices ?? [];
    const said = choice?.delta ?? choice?.message;
    text += said?.content ?? "";
    refusal += said?.refusal ?? "";
    bytes += Buffer.byteLength(said?.content ?? "") + Buffer.byteLength(said?.refusal ?? "");
    finish ??= choice?.finish_reason ?? null;
    return bytes > answerBytes ? "too-large" : "taken";
  }

  return {
    take,
    text: () => text,
    model: () => model,
    usage: () => usage,
    ended: () => finish !== null,
    flaw: () => flawOf(text, refusal, finish),
  };
}

function flawOf(text: string, refusal: string, finish: string | null): ReturnType<Reading["flaw"]> {
  if (finish === null) return { code: "interrupted", reason: "the answer broke off before its end; try again" };
  if (finish === "length")
    return {
      code: "cut-off",
      reason: "the answer reached its token limit before its end; allow more, or ask for less",
    };
  if (finish === "content_filter")
    return { code: "filtered", reason: "the endpoint's content filter stopped the answer" };
  if (refusal !== "") return { code: "refused", reason: `the model refuses: ${refusal}` };
  if (text.trim() === "") return { code: "empty", reason: "the answer is empty; try again, or another model" };
  return null;
}
