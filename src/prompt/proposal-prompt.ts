// Asks a model for the next proposal: puts objective, files, history and wish into one prompt of bounded length. It sends nothing.

import { InputError } from "../errors.js";
import { chooseFiles, lookedAt } from "./choose-files.js";
import { dataBlock, tagFor } from "./data-block.js";
import { budgetWords, objectiveWords } from "./facts.js";
import { historyOf } from "./history.js";
import { keptBack, showableDiff, withoutLines, type KeptBack } from "./kept-back.js";
import type { Prompt, PromptContext, PromptFile } from "./prompt.js";
import { pathsTouched, wordsOf } from "./relevance.js";
import { PROPOSAL_SCHEMA } from "./schemas.js";
import { readFiles } from "./readable-file.js";
import { said, saidInLines, sealed, withoutKnown } from "./sealed.js";
import { examine } from "../secrets/secrets.js";
import { filled, promptVersion } from "./texts.js";
import { stripHidden } from "./hidden.js";
import { tokenCounter, type CountTokens } from "./tokens.js";
import type { ChatMessage } from "../llm/chat.js";

/** Characters of a wish. */
const LONGEST_HINT = 4_000;
const MOST_GLOBS = 50;
/** Attempts, and characters of one text, that are searched for values to keep out of the whole prompt. */
const [MOST_READ, LONGEST_READ] = [500, 100_000];
/** Diffs under way, and characters of one. */
const [MOST_PENDING, LONGEST_PENDING] = [8, 2_000];
/** What history may take of what is left for data, at most; files get the rest. */
const HISTORY = 0.25;
/** What chat formats put round a message, in tokens. */
const [PER_MESSAGE, PER_CHAT] = [4, 3];

/** All parts of a prompt but the files, and what goes with them. */
interface Parts {
  readonly tag: string;
  readonly paths: string;
  readonly attempts: string;
  /** Diffs under way. */
  readonly pending: readonly string[];
  readonly hint: string;
  readonly blocks: readonly string[];
}

/**
 * The prompt for one proposal: a pure function of its arguments.
 * @throws InputError "prompt-budget" where not even the rules and the spec's place fit
 */
export async function proposalPrompt(
  context: PromptContext,
  budget: { readonly inputTokens: number },
): Promise<Prompt> {
  const count = await tokenCounter();
  const hint = saidInLines(stripHidden((context.hint ?? "").slice(0, 10 * LONGEST_HINT)), LONGEST_HINT);
  const looked = lookedAt(context.files);
  const readings = readFiles(looked);
  const kept = keptBack(looked, readings);
  const bare = partsOf(context, looked, hint, pendingOf(context, kept));
  const fixed = tokensOf(messagesOf(context, bare), count);
  const room = budget.inputTokens - fixed;
  if (room < 0) throw tooSmall(budget.inputTokens, fixed);
  const history = historyOf(context.attempts, context.noise, context.objective, {
    room: room * HISTORY,
    count,
    kept,
  });
  const files = chooseFiles({
    tag: bare.tag,
    files: context.files,
    looked,
    readings,
    words: wordsOf(hint),
    touched: pathsTouched(context.attempts),
    room: room - count(history.text),
    count,
  });
  const known = [...readings.known, ...valuesIn(context)];
  const parts = { ...bare, attempts: history.text, blocks: files.blocks };
  const { messages, inputTokens, dropped } = fitting(context, parts, known, budget.inputTokens, count);
  return {
    version: promptVersion(),
    messages,
    inputTokens,
    whole: dropped > 0 ? [] : files.whole,
    secret: files.secret,
    masked: (text) => withoutKnown(withoutLines(text, kept), known),
    leftOut: [...files.leftOut, ...alsoLeftOut(context, history.shown, dropped)].map((reason) => said(reason, 400)),
  };
}

function partsOf(
  { attempts, hint: wish, paths, pendingDiffs = [], objective }: PromptContext,
  looked: readonly PromptFile[],
  hint: string,
  pending: readonly string[],
): Parts {
  const others = attempts.flatMap(({ id, hypothesis, reason, diff }) => [id, hypothesis, reason, diff]);
  const seeds = looked.map(({ path, text }) => `${path}\n${text}`);
  const tag = tagFor(seeds, [...seeds, ...others, ...pendingDiffs, ...paths, wish ?? "", objective.name]);
  const globs = paths.slice(0, MOST_GLOBS).map((glob) => `${JSON.stringify(said(glob, 200))}\n`);
  return { tag, paths: globs.join(""), attempts: "", pending, hint, blocks: [] };
}

function messagesOf(context: PromptContext, parts: Parts, known: readonly string[] = []): ChatMessage[] {
  const { tag, paths, attempts, pending, hint, blocks } = parts;
  const user = filled("proposal", {
    tag,
    objective: objectiveWords(context),
    budget: budgetWords(context),
    paths: dataBlock(tag, "patterns", paths),
    files: blocks.length === 0 ? "None can be shown." : blocks.join("\n\n"),
    attempts: attempts === "" ? "Nothing yet." : dataBlock(tag, "attempts", attempts),
    pending: pending.length === 0 ? "Nothing." : dataBlock(tag, "diffs", pending.join("\n\n")),
    hint: hint === "" ? "None." : dataBlock(tag, "wish", hint),
  });
  return sealed(
    [
      { role: "system", content: filled("system") },
      { role: "user", content: user },
    ],
    known,
  );
}

function pendingOf({ pendingDiffs = [] }: PromptContext, kept: KeptBack): string[] {
  return pendingDiffs.slice(0, MOST_PENDING).map((diff) => saidInLines(showableDiff(diff, kept), LONGEST_PENDING));
}

/** Without the last blocks if the whole is more than its parts: tokens do not quite add up. */
function fitting(context: PromptContext, parts: Parts, known: readonly string[], most: number, count: CountTokens) {
  for (let dropped = 0; dropped <= parts.blocks.length; dropped++) {
    const blocks = parts.blocks.slice(0, parts.blocks.length - dropped);
    const messages = messagesOf(context, { ...parts, blocks }, known);
    const inputTokens = tokensOf(messages, count);
    if (inputTokens <= most) return { messages, inputTokens, dropped };
  }
  throw tooSmall(most, tokensOf(messagesOf(context, { ...parts, blocks: [] }, known), count));
}

function tokensOf(messages: readonly ChatMessage[], count: CountTokens): number {
  const contents = messages.reduce((sum, { content }) => sum + count(content) + PER_MESSAGE, PER_CHAT);
  return contents + count(JSON.stringify(PROPOSAL_SCHEMA));
}

function tooSmall(given: number, needed: number): InputError {
  return new InputError(
    "prompt-budget",
    `${given} input tokens are too few for a prompt, which takes ${needed} without any file: allow more, or shorten the wish`,
  );
}

function valuesIn({ hint, attempts, pendingDiffs = [] }: PromptContext): string[] {
  const texts = attempts.slice(-MOST_READ).flatMap(({ hypothesis, reason, diff }) => [hypothesis, reason, diff]);
  return [hint ?? "", ...texts, ...pendingDiffs].flatMap((text) => examine(text.slice(0, LONGEST_READ)).known);
}

function alsoLeftOut({ attempts, hint }: PromptContext, shown: number, dropped: number): string[] {
  const missing = attempts.length - shown;
  return [
    ...(dropped > 0 ? [`the last ${dropped} parts of the files: no room after all`] : []),
    ...(missing > 0 ? [`${missing} of ${attempts.length} earlier attempts: no room`] : []),
    ...((hint ?? "").length > LONGEST_HINT ? ["the end of the wish: too long"] : []),
  ];
}
