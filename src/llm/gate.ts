// How many requests are under way at one time. First come, first served.

export interface Gate {
  /** Resolves with what gives the place back. Rejects with the signal's reason after an abort. */
  readonly enter: (signal: AbortSignal) => Promise<() => void>;
}

export function openGate(places: number): Gate {
  let free = places;
  const waiting: (() => void)[] = [];

  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };

  const inLine = (signal: AbortSignal): Promise<boolean> =>
    new Promise((resolve) => {
      const admit = (): void => {
        signal.removeEventListener("abort", giveUp);
        resolve(true);
      };
      const giveUp = (): void => {
        waiting.splice(waiting.indexOf(admit), 1);
        resolve(false);
      };
      waiting.push(admit);
      signal.addEventListener("abort", giveUp, { once: true });
    });

  async function enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (free > 0) free -= 1;
    else if (!(await inLine(signal))) throw signal.reason;
    return leave;
  }

  return { enter };
}
