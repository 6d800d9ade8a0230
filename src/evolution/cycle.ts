// One cycle for one repository: measure the baseline, search greedily on paired seeds, confirm what was kept on fresh ones.
// Pure choice: whatever trains, proposes, decides or remembers is handed in.

import { createHash } from "node:crypto";
import type { Attempt, CycleResult, Decision, Evaluation, Measurement, Pair, Proposal } from "../candidate.js";
import { AxonError, InputError } from "../errors.js";
import type { Ruling } from "../evaluation/significance.js";
import { applyPatch } from "../patch/index.js";
import type { ProposalContext, TriedSpec } from "../proposal/proposer.js";
import { fingerprint, parseSpec, type Spec } from "../spec.js";
import { seedsOf, type Seeds } from "./seeds.js";

/** A spec as text and as meaning. `id` is an attempt's id or "baseline". */
export interface Version {
  readonly id: string;
  readonly text: string;
  readonly spec: Spec;
}

export interface CycleRequest {
  readonly id: string;
  readonly baseCommit: string;
  readonly specPath: string;
  /** Text of the spec at the base commit; null where the built-in one stands in. */
  readonly specText: string | null;
  readonly baseline: Spec;
  /** How many trainings may be spent in all. */
  readonly trainings: number;
  readonly seed: number;
}

export type CycleEvent =
  | { readonly kind: "baseline"; readonly evaluations: readonly Evaluation[] }
  | { readonly kind: "proposed"; readonly number: number; readonly proposal: Proposal }
  | { readonly kind: "attempted"; readonly attempt: Attempt }
  | { readonly kind: "confirming"; readonly champion: string; readonly pairs: number }
  | { readonly kind: "decided"; readonly decision: Decision };

export interface CycleEnvironment {
  /** Trains and scores; the same spec and seed give the same digits, and are never trained twice. */
  measure(spec: Spec, seed: number): Promise<Measurement>;
  /** The next change to the parent, or null when there is nothing left to try. */
  propose(context: ProposalContext, number: number): Promise<Proposal | null>;
  rule(differences: readonly number[]): Ruling;
  /** Numbers of pairs after which `rule` is asked, ascending. */
  readonly looks: readonly number[];
  remember(attempt: Attempt): Promise<void>;
  report(event: CycleEvent): void;
}

export interface CycleOutcome {
  readonly result: CycleResult;
  /** The accepted version and its evidence. */
  readonly accepted: { readonly version: Version; readonly pairs: readonly Pair[] } | null;
}

/** Fewest trainings that can end with a verdict: baseline and one attempt on the search seeds, then the confirmation. */
function fewestTrainings(looks: readonly number[]): number {
  return 2 * SEARCH_SEEDS + 2 * looks.at(-1)!;
}

const SEARCH_SEEDS = 2;

/**
 * @throws InputError `budget` when the trainings cannot pay for a verdict; AxonError `baseline-failed` when the
 * repository's own spec gives no number.
 */
export async function runCycle(request: CycleRequest, environment: CycleEnvironment): Promise<CycleOutcome> {
  const needed = fewestTrainings(environment.looks);
  if (request.trainings < needed) {
    throw new InputError(
      "budget",
      `${request.trainings} trainings cannot end in a verdict: at least ${needed} are needed`,
    );
  }
  const search = new Search(request, environment, seedsOf(request.seed, SEARCH_SEEDS, environment.looks.at(-1)!));
  await search.baseline();
  // Attempts that cost nothing are bounded too: a proposer may never tire of what is known already.
  for (let attempts = 0; attempts < request.trainings; attempts++) {
    if (search.trainings + SEARCH_SEEDS > request.trainings - 2 * environment.looks.at(-1)!) break;
    if (!(await search.attempt())) break;
  }
  return search.confirm();
}

class Search {
  readonly #request: CycleRequest;
  readonly #environment: CycleEnvironment;
  readonly #seeds: Seeds;
  readonly #attempts: Attempt[] = [];
  readonly #tried: TriedSpec[] = [];
  /** Where the search stands: the baseline, or the last attempt that was kept. */
  #parent: Version;
  #parentScores: readonly Evaluation[] = [];
  #baselineScores: readonly Evaluation[] = [];
  trainings = 0;

  constructor(request: CycleRequest, environment: CycleEnvironment, seeds: Seeds) {
    this.#request = request;
    this.#environment = environment;
    this.#seeds = seeds;
    this.#parent = { id: "baseline", text: request.specText ?? "", spec: request.baseline };
  }

  async baseline(): Promise<void> {
    const measured = await this.#measure(this.#request.baseline, this.#seeds.search);
    const failed = measured.find((one) => !one.ok);
    if (failed) throw new AxonError("baseline-failed", `the baseline could not be measured: ${failed.reason}`);
    this.#parentScores = measured.filter((one) => one.ok);
    this.#baselineScores = this.#parentScores;
    this.#environment.report({ kind: "baseline", evaluations: this.#parentScores });
  }

  /** One proposal from idea to decision; false when the proposer has none left. */
  async attempt(): Promise<boolean> {
    const { specPath, specText } = this.#request;
    const parent = this.#parent;
    const text = parent.id === "baseline" ? specText : parent.text;
    const number = this.#attempts.length + 1;
    const proposal = await this.#environment.propose(
      { specPath, specText: text, spec: parent.spec, tried: this.#tried },
      number,
    );
    if (!proposal) return false;
    this.#environment.report({ kind: "proposed", number, proposal });
    const base = { id: attemptId(this.#request.id, number, proposal), parent: parent.id, ...proposal };
    const version = this.#apply(proposal, base.id);
    const judged = "reason" in version ? untrained(version.reason) : await this.#judge(version);
    const attempt: Attempt = { ...base, ...judged };
    this.#attempts.push(attempt);
    if (!("reason" in version)) this.#tried.push({ spec: version.spec, parent: parent.spec, attempt });
    await this.#environment.remember(attempt);
    this.#environment.report({ kind: "attempted", attempt });
    return true;
  }

  /** The patched spec, or why it cannot be trained. */
  #apply({ diff }: Proposal, id: string): Version | { readonly reason: string } {
    const { specPath, specText } = this.#request;
    const text = this.#parent.id === "baseline" ? specText : this.#parent.text;
    const read = (path: string) => (path === specPath ? (text ?? undefined) : undefined);
    const applied = applyPatch(diff, { read, policy: { allow: [specPath] } });
    if (!applied.ok) return { reason: `the patch does not apply: ${applied.error.message}` };
    const after = applied.files.find((file) => file.path === specPath)?.after;
    if (after === undefined || after === null) return { reason: `the patch removes ${specPath}` };
    try {
      const spec = parseSpec(after, specPath);
      const known = this.#known(spec);
      return known ? { reason: known } : { id, text: after, spec };
    } catch (error) {
      if (error instanceof InputError) return { reason: error.message };
      throw error;
    }
  }

  /** Why there is nothing to learn from training this spec; undefined for a new one. */
  #known(spec: Spec): string | undefined {
    const same = fingerprint(spec);
    if (same === fingerprint(this.#parent.spec)) return "no-op: it trains exactly the same model";
    if (same === fingerprint(this.#request.baseline)) return "the same as the baseline, which its parent beat";
    const earlier = this.#tried.find((one) => fingerprint(one.spec) === same);
    return earlier && `the same as attempt ${earlier.attempt.id}, ${earlier.attempt.decision} before`;
  }

  /** Greedy on the search seeds: a version is kept when it beats its parent on every one of them. */
  async #judge(version: Version): Promise<Judged> {
    const measured = await this.#measure(version.spec, this.#seeds.search);
    const failed = measured.find((one) => !one.ok);
    if (failed) return untrained(failed.reason);
    const scores = measured.filter((one) => one.ok);
    const differences = scores.map((score, i) => score.bitsPerByte - this.#parentScores[i].bitsPerByte);
    const { effect, pValue } = this.#environment.rule(differences).decision;
    if (differences.some((difference) => difference >= 0)) {
      const worse = differences.every((difference) => difference >= 0);
      const reason = worse ? "worse on every seed" : "better on some seeds only";
      return { decision: "rejected", reason, differences, effect, pValue };
    }
    this.#parent = version;
    this.#parentScores = scores;
    return { decision: "kept", reason: "better on every search seed", differences, effect, pValue };
  }

  /** What was kept meets the baseline on seeds that the search never saw. */
  async confirm(): Promise<CycleOutcome> {
    const champion = this.#parent;
    if (champion.id === "baseline") return this.#outcome(NOTHING_BETTER, null);
    const pairs: Pair[] = [];
    for (const look of this.#environment.looks) {
      this.#environment.report({ kind: "confirming", champion: champion.id, pairs: look });
      const seeds = this.#seeds.confirmation.slice(pairs.length, look);
      const [baseline, candidate] = await Promise.all([
        this.#measure(this.#request.baseline, seeds),
        this.#measure(champion.spec, seeds),
      ]);
      const failed = [...baseline, ...candidate].find((one) => !one.ok);
      if (failed) return this.#outcome({ ...NOTHING_BETTER, reason: `confirmation failed: ${failed.reason}` }, null);
      const [before, after] = [baseline.filter((one) => one.ok), candidate.filter((one) => one.ok)];
      seeds.forEach((seed, i) => pairs.push({ seed, baseline: plain(before[i]), candidate: plain(after[i]) }));
      const ruling = this.#environment.rule(
        pairs.map((pair) => pair.candidate.bitsPerByte - pair.baseline.bitsPerByte),
      );
      if (ruling.verdict === "continue") continue;
      return this.#outcome(ruling.decision, ruling.verdict === "accepted" ? { version: champion, pairs } : null);
    }
    throw new AxonError("bug", "the last look of the plan ended without a verdict");
  }

  #outcome(decision: Decision, accepted: CycleOutcome["accepted"]): CycleOutcome {
    this.#environment.report({ kind: "decided", decision });
    const scores = this.#baselineScores;
    const mean = scores.reduce((sum, { bitsPerByte }) => sum + bitsPerByte, 0) / scores.length;
    const { id, baseCommit } = this.#request;
    const baseline = { bitsPerByte: mean, parameters: scores[0].parameters, trainings: scores.length };
    const champion = accepted?.version.id ?? null;
    return {
      result: { id, baseCommit, baseline, attempts: this.#attempts, champion, decision, trainings: this.trainings },
      accepted,
    };
  }

  async #measure(spec: Spec, seeds: readonly number[]): Promise<Measurement[]> {
    this.trainings += seeds.length;
    return Promise.all(seeds.map((seed) => this.#environment.measure(spec, seed)));
  }
}

const NOTHING_BETTER: Decision = {
  verdict: "rejected",
  reason: "no proposal was better than the baseline on every search seed",
  effect: null,
  interval: null,
  pValue: null,
  pairs: 0,
};

type Judged = Pick<Attempt, "decision" | "reason" | "differences" | "effect" | "pValue">;

function untrained(reason: string): Judged {
  return { decision: "rejected", reason, differences: [], effect: null, pValue: null };
}

/** The numbers without the mark that there are any. */
function plain({ ok, ...evaluation }: Extract<Measurement, { readonly ok: true }>): Evaluation {
  return evaluation;
}

function attemptId(cycle: string, number: number, { diff }: Proposal): string {
  const hash = createHash("sha256").update(`${cycle}\0${number}\0${diff}`).digest("hex");
  return `${number}-${hash.slice(0, 8)}`;
}
