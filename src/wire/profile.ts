// `axon profile`: a spec from disk, trained for a few steps.

import { availableCores } from "../machine.js";
import { parseSpec } from "../spec.js";
import { profileTraining, type Profile } from "../profiling/profile.js";
import { readText } from "./train.js";

export interface ProfileOptions {
  readonly spec: string;
  readonly threads: number | null;
  readonly steps: number;
}

/** @throws InputError for a spec that does not fit. */
export async function profileSpec(
  { spec, threads, steps }: ProfileOptions,
  hooks: { readonly onStep: (done: number) => void; readonly signal: AbortSignal },
): Promise<Profile> {
  const parsed = parseSpec(await readText(spec), spec);
  return profileTraining({ spec: parsed, threads: threads ?? availableCores(), steps }, hooks);
}
