// What models cost at api.openai.com, in dollars per million tokens; as published by mid-2026. Other hosts ask other prices.

import type { ModelPrice } from "../llm/settings.js";

const PRICES: ReadonlyMap<string, ModelPrice> = new Map(
  Object.entries({
    "gpt-4.1": { input: 2, output: 8 },
    "gpt-4.1-mini": { input: 0.4, output: 1.6 },
    "gpt-4.1-nano": { input: 0.1, output: 0.4 },
    "gpt-4o": { input: 2.5, output: 10 },
    "gpt-4o-mini": { input: 0.15, output: 0.6 },
    "gpt-5": { input: 1.25, output: 10 },
    "gpt-5-mini": { input: 0.25, output: 2 },
    "gpt-5-nano": { input: 0.05, output: 0.4 },
    "o4-mini": { input: 1.1, output: 4.4 },
  }),
);

/** Null where it is not known. A dated snapshot (gpt-4.1-2025-04-14) costs what its name without the date does. */
export function builtInPrice(host: string, model: string): ModelPrice | null {
  if (host !== "api.openai.com") return null;
  return PRICES.get(model.replace(/-\d{4}-\d{2}-\d{2}$/, "")) ?? null;
}
