// Small git repositories with text to learn from.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRepository } from "../../src/repository/repository.js";
import { someText } from "./text.js";

/** A spec that trains in a blink and learns far too slowly, so that there is something to find. */
export const SLOW_SPEC = `# kept by every change
architecture: { context: 16, width: 16, layers: 1, heads: 2 }
optimizer:
  learningRate: 0.0001 # far too low
  schedule: constant
  warmup: 0
training:
  batch: 4
`;

/** Commits a repository of 24 text files and the spec (none for null). */
export async function textRepository(directory: string, spec: string | null = SLOW_SPEC): Promise<void> {
  const texts = Array.from({ length: 24 }, (_, i) => ({ path: `text/${i}.txt`, content: someText(1500, `file ${i}`) }));
  const files = spec === null ? texts : [...texts, { path: "model/spec.yml", content: spec }];
  await createRepository(directory, files, "text");
}

/** Leaves the work tree dirty in every way a user's may be. */
export function dirty(directory: string): void {
  writeFileSync(join(directory, "text/0.txt"), "changed\n");
  writeFileSync(join(directory, "untracked.txt"), "mine\n");
}
