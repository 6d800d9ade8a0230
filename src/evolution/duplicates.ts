// What need not be trained, because it was: equal specs, and code that differs in comments and idle blanks alone.

import { createHash } from "node:crypto";
import type { Attempt, Failure } from "../candidate.js";
import type { Changes, LookUp } from "../patch/index.js";
import { fingerprint, type Spec } from "../spec.js";
import type { Version } from "./environment.js";
import { normalised } from "../normalise/normalise.js";

interface Program extends Version {
  readonly changes: Changes;
  readonly spec: Spec;
}

interface Ground {
  readonly specPath: string;
  readonly lookUp: LookUp;
  readonly codeCounts: boolean;
}

interface Tried {
  readonly id: string;
  readonly decision: Attempt["decision"];
}

/** What an attempt of an earlier cycle came to. */
export interface Rejection {
  readonly cycle: string;
  readonly attempt: string;
  readonly reason: string;
}

/** What earlier cycles know. */
export interface Earlier {
  /** What judges an attempt beside its seed: base commit, objective, text, budget, evaluator. */
  readonly setting: string;
  /** By `step`: what was clearly worse on other seeds. */
  readonly rejected: ReadonlyMap<string, Rejection>;
}

const NOTHING_EARLIER: Earlier = { setting: "", rejected: new Map() };

export class Duplicates {
  readonly #ground: Ground;
  readonly #baseline: Program;
  readonly #before: Earlier;
  readonly #tried = new Map<string, Tried>();
  readonly #keys = new WeakMap<Program, string>();
  readonly #steps = new WeakMap<Program, string>();
  /** Normalised texts of the base commit, by path; null for what is no text. */
  readonly #bases = new Map<string, string | null>();

  constructor(ground: Ground, baseline: Program, before = NOTHING_EARLIER) {
    this.#ground = ground;
    this.#baseline = baseline;
    this.#before = before;
  }

  /** Why there is nothing to learn from training it. */
  async known(version: Program, parent: Program, pending: readonly Program[]): Promise<Failure | null> {
    const same = await this.#key(version);
    const isSame = async (other: Program) => (await this.#key(other)) === same;
    if (await isSame(parent)) return { ok: false, code: "no-op", reason: this.#noOp(version, parent) };
    if (await isSame(this.#baseline)) return refused("the same as the baseline, which its parent beat");
    for (const other of pending) {
      if (await isSame(other)) return refused(`the same as attempt ${other.id}, which trains beside it`);
    }
    const tried = this.#tried.get(same);
    if (tried) return refused(`the same as attempt ${tried.id}, ${tried.decision} before`);
    const step = hashOf([this.#before.setting, await this.#key(parent), same]);
    this.#steps.set(version, step);
    const before = this.#before.rejected.get(step);
    return before ? refused(rejectedWords(before)) : null;
  }

  /** Names a change that was asked about, what it departs from and what judges it: equal where nothing but the seed differs. */
  step(version: Program): string | null {
    return this.#steps.get(version) ?? null;
  }

  /** It was asked about, and then tried. */
  add(version: Program, { id, decision }: Tried): void {
    const key = this.#keys.get(version);
    if (key !== undefined && !this.#tried.has(key)) this.#tried.set(key, { id, decision });
  }

  #noOp(version: Program, parent: Program): string {
    const { codeCounts, specPath } = this.#ground;
    if (sameCode(version, parent, specPath)) return "no-op: it trains exactly the same model";
    if (codeCounts) return "no-op: it changes comments and blanks, and no program";
    return "no-op: it trains exactly the same model, for AXON's own training reads the spec alone: code counts where train.command is set";
  }

  async #key(version: Program): Promise<string> {
    const key = this.#keys.get(version) ?? (await this.#programKey(version));
    this.#keys.set(version, key);
    return key;
  }

  /** Of the spec's fingerprint, and of whatever else differs from the base commit in more than comments and blanks. */
  async #programKey({ changes, spec }: Program): Promise<string> {
    const { specPath, codeCounts } = this.#ground;
    const parts: (string | null)[] = [fingerprint(spec)];
    for (const [path, text] of codeCounts ? changes : []) {
      if (path === specPath) continue;
      const program = text === null ? null : normalised(path, text);
      if (program === null || program !== (await this.#base(path))) parts.push(path, program);
    }
    return hashOf(parts);
  }

  async #base(path: string): Promise<string | null> {
    const known = this.#bases.get(path);
    if (known !== undefined) return known;
    const before = await this.#ground.lookUp(path);
    const base = before.kind === "text" ? normalised(path, before.text) : null;
    this.#bases.set(path, base);
    return base;
  }
}

/** Whether two versions differ in the spec at most. */
export function sameCode(
  version: Pick<Program, "changes">,
  parent: Pick<Program, "changes">,
  specPath: string,
): boolean {
  const code = ({ changes }: Pick<Program, "changes">) => [...changes].filter(([path]) => path !== specPath);
  const [one, other] = [code(version), code(parent)];
  return one.length === other.length && one.every(([path, text], i) => path === other[i][0] && text === other[i][1]);
}

function hashOf(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

function rejectedWords({ cycle, attempt, reason }: Rejection): string {
  return `the same change of the same parent as attempt ${attempt} of cycle ${cycle}, rejected there on another seed: ${reason}`;
}

function refused(reason: string): Failure {
  return { ok: false, code: "known", reason };
}
