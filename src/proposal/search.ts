// The offline proposer: typed moves over the spec, the most promising untried one first. A pure function of history, seed and number.

import type { Proposal } from "../candidate.js";
import { createPatch } from "../patch/index.js";
import { generator } from "../random.js";
import { fingerprint } from "../spec.js";
import { editSpec, textOfSpec, valueAt, withChanges, type SpecVersion } from "./edit-spec.js";
import { hope, knownSpecs, observe, type Observation } from "./evidence.js";
import { MOVES, type Move, type Step } from "./moves.js";
import type { Propose, ProposalContext } from "./proposer.js";

/** Steps that train side by side teach more when they change different values. */
const CROWDED = 0.4;

/** A step of a move with its rank; higher is tried earlier. */
interface Option {
  readonly move: Move;
  readonly step: Step;
  readonly score: number;
}

/**
 * Proposes one change of the spec; two at once when every single one has been tried; null when these are exhausted too. It never
 * proposes what has been tried, nor what trains the same model.
 */
export const proposeBySearch: Propose = (context, seed, number) => Promise.resolve(search(context, seed, number));

function search(context: ProposalContext, seed: number, number: number): Proposal | null {
  const text = context.specText ?? textOfSpec(context.spec);
  const known = knownSpecs(context);
  const observations = observe(
    context,
    MOVES.map((move) => move.path),
  );
  const options = rankedOptions(context, observations, seed, number);
  for (const chosen of candidates(options)) {
    const changes = chosen.map(({ move, step }) => ({ path: move.path, value: step.value }));
    if (known.has(fingerprint(withChanges(context.spec, changes)))) continue;
    const edited = editSpec(text, changes, context.specPath);
    if (!edited) continue;
    return describe(context, chosen, edited, observations);
  }
  return null;
}

/** Single options by rank, then pairs of different moves by the rank of both. */
function* candidates(options: readonly Option[]): Generator<readonly Option[]> {
  for (const option of options) yield [option];
  const pairs = options.flatMap((one, i) => options.slice(i + 1).map((other) => [one, other] as const));
  const different = pairs.filter(([one, other]) => one.move !== other.move);
  yield* different.toSorted((a, b) => b[0].score * b[1].score - a[0].score * a[1].score);
}

function rankedOptions(
  context: ProposalContext,
  observations: readonly Observation[],
  seed: number,
  number: number,
): Option[] {
  const options: Option[] = [];
  const crowded = pendingPaths(context);
  for (const move of MOVES) {
    if (!move.matters(context.spec)) continue;
    for (const step of move.steps(context.spec)) {
      const jitter = 0.8 + 0.4 * generator("search", seed, number, move.path, String(step.value)).uniform(0);
      const crowd = crowded.has(move.path) ? CROWDED : 1;
      const score = move.prior * step.fit * hope(move.path, step, observations) * jitter * crowd;
      if (score > 0) options.push({ move, step, score });
    }
  }
  return options.toSorted((a, b) => b.score - a.score);
}

/** What the specs that are about to be trained change already. */
function pendingPaths({ spec, pending }: ProposalContext): ReadonlySet<string> {
  const differing = ({ path }: Move) => pending.some((other) => valueAt(other, path) !== valueAt(spec, path));
  return new Set(MOVES.filter(differing).map(({ path }) => path));
}

function describe(
  context: ProposalContext,
  chosen: readonly Option[],
  edited: SpecVersion,
  observations: readonly Observation[],
): Proposal {
  const sentences = chosen.map(({ move, step }) => {
    const followed = observations.some(
      (o) => o.path === move.path && o.direction === step.direction && o.ending === "helped",
    );
    const reason =
      followed && step.direction !== "aside"
        ? `going ${step.direction} helped before, and ${step.because}`
        : step.because;
    return `${move.words} ${valueAt(context.spec, move.path)} -> ${step.value}: ${reason}`;
  });
  const diff = createPatch(context.specPath, context.specText ?? undefined, edited.text);
  return { proposer: "search", hypothesis: sentences.join("; "), diff };
}
