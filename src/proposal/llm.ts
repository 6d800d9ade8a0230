// The language model as a proposer: prompt, answer, check, repair. Whether a change helps is measured elsewhere; here it must only apply.

import type { FailedRequest, ModelCost, Origin, Proposal } from "../candidate.js";
import { createPatch } from "../patch/index.js";
import { parseProposalAnswer, parseWholeFileAnswer, type ProposalAnswer } from "../prompt/answer.js";
import { repairMessages, wholeFileMessages } from "../prompt/follow-up.js";
import type { Prompt } from "../prompt/prompt.js";
import { proposalPrompt } from "../prompt/proposal-prompt.js";
import { PROPOSAL_SCHEMA, WHOLE_FILE_SCHEMA } from "../prompt/schemas.js";
import { Conversation, type Ask } from "./conversation.js";
import type { CheckedDiff, ProposalContext } from "./proposer.js";

/** Who is asked, and how. */
export interface Asking {
  /** The model's name, as the endpoint is asked for it. */
  readonly model: string;
  readonly ask: Ask;
  /** Bytes that one training sees at the size of the repository's own spec. */
  readonly tokens: number;
  /** Of whoever asked. */
  readonly hint: string | null;
  /** Told of every answer, or why there is none, and of what is wrong with it. */
  readonly onRound?: (round: Round) => void;
}

/** An answer as it came (null where none did), and what is wrong with it (null where nothing is). */
export interface Round {
  readonly answer: string | null;
  readonly problem: string | null;
}

export type Proposed = { readonly cost: ModelCost } & (
  { readonly ok: true; readonly proposal: Proposal } | { readonly ok: false; readonly failed: FailedRequest }
);

/** How often a diff that does not apply goes back to its author. */
const MOST_REPAIRS = 2;

/** Characters of a file that is asked for as a whole: about 4,000 tokens. */
const SMALL_FILE = 16_000;

/** Characters of a model's name, as receipts keep it. */
const LONGEST_NAME = 100;

/** Tokens of a prompt: plenty for the files of a small project, and a cent or two for most models. */
const MOST_INPUT = 32_000;

/** A proposal whose diff applies, after at most two repairs and a whole file; else why there is none. */
export async function proposeByModel(context: ProposalContext, asking: Asking): Promise<Proposed> {
  const { model: asked, ask, onRound = () => {} } = asking;
  const prompt = await promptFor(context, asking);
  const exchange: Exchange = { context, prompt, conversation: new Conversation(asked, ask), onRound };
  const found = await askForDiff(exchange);
  const { model, cost } = exchange.conversation;
  if (!found.ok) return { ok: false, cost, failed: { asked, reason: found.short, ...cost } };
  const [hypothesis, rationale, expected] = [
    found.answer.hypothesis,
    found.answer.rationale,
    found.answer.expectedEffect,
  ].map(plain);
  const origin: Origin = {
    asked,
    model: plain(model).slice(0, LONGEST_NAME),
    prompt: prompt.version,
    rationale,
    expected,
    ...cost,
  };
  return { ok: true, cost, proposal: { proposer: "llm", hypothesis, diff: found.diff, origin } };
}

/** Without what a terminal would obey, a database refuse, or a line break hide. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}]+/gu, " ").trim();
}

/** What the model is shown. */
export async function promptFor(context: ProposalContext, asking: Pick<Asking, "tokens" | "hint">): Promise<Prompt> {
  const { objective, score, noise, trainingsLeft, attempts, pendingDiffs, files } = context;
  const texts = await Promise.all(files.paths.map(async (path) => ({ path, text: await files.read(path) })));
  return proposalPrompt(
    {
      objective,
      score,
      noise,
      tokens: asking.tokens,
      trainingsLeft,
      paths: files.globs,
      files: texts.flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text }])),
      attempts,
      pendingDiffs,
      hint: asking.hint,
    },
    { inputTokens: MOST_INPUT },
  );
}

interface Exchange {
  readonly context: ProposalContext;
  readonly prompt: Prompt;
  readonly conversation: Conversation;
  readonly onRound: (round: Round) => void;
}

interface Refused {
  readonly ok: false;
  /** For the model. */
  readonly reason: string;
  /** For people: a sentence. */
  readonly short: string;
  readonly applies?: boolean;
}

type Found = { readonly ok: true; readonly answer: ProposalAnswer; readonly diff: string } | Refused;

async function askForDiff(exchange: Exchange): Promise<Found> {
  const { context, prompt, conversation, onRound } = exchange;
  let { messages } = prompt;
  for (let repair = 0; ; repair++) {
    const reply = await conversation.ask(messages, PROPOSAL_SCHEMA);
    if (!reply.ok) return unanswered(reply, onRound);
    const answer = parseProposalAnswer(reply.text);
    const checked = answer.ok ? await context.check(answer.diff) : refused(answer.reason);
    onRound({ answer: reply.text, problem: checked.ok ? null : checked.reason });
    if (answer.ok && checked.ok) return { ok: true, answer, diff: checked.diff };
    const refusal = checked as Refused;
    if (repair === MOST_REPAIRS)
      return answer.ok && refusal.applies !== true ? askForFile(exchange, answer, reply.text, refusal) : refusal;
    messages = repairMessages(prompt, reply.text, refusal.reason);
  }
}

/** The last resort for a change of one small file: the whole of it, from which the diff is made here. */
async function askForFile(
  { context, prompt, conversation, onRound }: Exchange,
  answer: ProposalAnswer,
  text: string,
  refusal: Refused,
): Promise<Found> {
  const path = onlyFileIn(answer.diff, prompt.whole);
  const before = path === undefined ? undefined : await context.files.read(path);
  if (path === undefined || before === undefined || before.length > SMALL_FILE) return refusal;
  const reply = await conversation.ask(wholeFileMessages(prompt, text, path), WHOLE_FILE_SCHEMA);
  if (!reply.ok) return unanswered(reply, onRound);
  const checked = await checkFile(reply.text, path, before, context);
  onRound({ answer: reply.text, problem: checked.ok ? null : checked.reason });
  return checked.ok ? { ok: true, answer, diff: checked.diff } : checked;
}

async function checkFile(text: string, path: string, before: string, { check }: ProposalContext): Promise<CheckedDiff> {
  const file = parseWholeFileAnswer(text);
  if (!file.ok) return refused(file.reason);
  if (file.path !== path) return refused(`it answered with another file than ${path}`);
  if (file.text === before) return refused(`it answered with ${path} as it was`);
  return check(createPatch(path, before, file.text));
}

/** The one of `paths` that the headers of a diff name; undefined for none or several. */
function onlyFileIn(diff: string, paths: readonly string[]): string | undefined {
  const headers = diff.split("\n").filter((line) => /^(---|\+\+\+) /.test(line));
  const names = new Set(
    headers.map((line) =>
      line
        .slice(4)
        .trim()
        .replace(/^[ab]\//, ""),
    ),
  );
  const named = paths.filter((path) => names.has(path));
  return named.length === 1 ? named[0] : undefined;
}

function unanswered({ reason }: { readonly reason: string }, onRound: Exchange["onRound"]): Refused {
  onRound({ answer: null, problem: reason });
  return refused(reason);
}

function refused(reason: string): Refused {
  return { ok: false, reason, short: reason };
}
