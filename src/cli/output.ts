// What every command shares: its context, and how results and progress look.

import type { Progress } from "../training/trainer.js";
import { bar, duration } from "./status-line.js";

export interface Context {
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly json: boolean;
  readonly exit: (code: number) => void;
  /** What to say to somebody who interrupts the command. */
  readonly advise: (text: string) => void;
}

/** One JSON object with --json, text otherwise. */
export function print({ json }: Context, value: unknown, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${text}\n`);
}

export function trainingLine({ step, steps, loss, tokensPerSecond, secondsLeft }: Progress): string {
  const speed = `${Math.round(tokensPerSecond).toLocaleString("en")} tokens/s`;
  return `${bar(step, steps)}  loss ${loss.toFixed(3)}  ${speed}  ${duration(secondsLeft)} left`;
}
