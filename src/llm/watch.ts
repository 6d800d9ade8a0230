// Ends a try that takes too long, falls silent or says too much, and knows afterwards which of them it was.

import type { Limits } from "./settings.js";

export type Stop = "caller" | "idle" | "total" | "size";

export interface Watch {
  readonly signal: AbortSignal;
  /** Something came in. */
  readonly touch: () => void;
  readonly stop: (cause: Stop) => void;
  /** The first reason to stop; null if there was none. */
  readonly cause: () => Stop | null;
  /** No timer and no listener is left behind. */
  readonly end: () => void;
}

export function startWatch({ idleMs, totalMs }: Limits, caller: AbortSignal): Watch {
  const controller = new AbortController();
  let cause: Stop | null = null;
  const stop = (why: Stop): void => {
    cause ??= why;
    controller.abort();
  };
  const onAbort = (): void => stop("caller");
  const idle = setTimeout(() => stop("idle"), idleMs);
  const total = setTimeout(() => stop("total"), totalMs);
  if (caller.aborted) onAbort();
  caller.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    touch: () => idle.refresh(),
    stop,
    cause: () => cause,
    end: () => {
      clearTimeout(idle);
      clearTimeout(total);
      caller.removeEventListener("abort", onAbort);
    },
  };
}
