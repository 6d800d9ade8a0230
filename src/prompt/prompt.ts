// What a prompt is made from and what comes out, types only.

import type { Attempt, Noise, Objective } from "../candidate.js";
import type { ChatMessage } from "../llm/chat.js";

/** A file that a proposal may change. */
export interface PromptFile {
  readonly path: string;
  readonly text: string;
}

export interface PromptContext {
  readonly objective: Objective;
  /** The parent's: what has to be beaten. */
  readonly score: number | null;
  /** Of the objective between seeds; null where not measured yet. */
  readonly noise: Noise | null;
  /** Bytes that one training sees at the size of the repository's own spec. */
  readonly tokens: number;
  /** Trainings that may still be spent on attempts. */
  readonly trainingsLeft: number | null;
  /** Globs of what may change. */
  readonly paths: readonly string[];
  /** The files behind them as the parent has them. */
  readonly files: readonly PromptFile[];
  /** What was tried before, oldest first, with verdict and effect. */
  readonly attempts: readonly Attempt[];
  /** Diffs that are tried at this moment, not to be proposed again. */
  readonly pendingDiffs?: readonly string[];
  /** Of whoever asked: data, never instructions to follow blindly. */
  readonly hint: string | null;
}

export interface Prompt {
  /** A hash over the texts of all prompts. */
  readonly version: string;
  readonly messages: readonly ChatMessage[];
  /** Counted with a tokenizer. */
  readonly inputTokens: number;
  /** Paths of files of which every line is shown: these may be answered with as a whole. */
  readonly whole: readonly string[];
  /** Paths of files of which nothing may leave, not in an explanation either. */
  readonly secret: readonly string[];
  /** Takes out of a text that quotes files what was kept back of them. A function, so that no record of a prompt holds it. */
  readonly masked: (text: string) => string;
  /** What did not fit or must not leave, in words. */
  readonly leftOut: readonly string[];
}
