// The command `axon profile`: its options, its progress, its tables.

import type { Command } from "commander";
import { aligned } from "../report/table.js";
import type { Profile } from "../profiling/profile.js";
import type { Cost } from "../profiling/summary.js";
import { profileSpec } from "../wire/profile.js";
import { whole } from "./arguments.js";
import { print, type Context } from "./output.js";
import { bar, StatusLine } from "./status-line.js";

interface ProfileFlags {
  readonly spec: string;
  readonly threads?: number;
  readonly steps: number;
}

export function profileCommand(program: Command, context: Context): void {
  program
    .command("profile")
    .description("train some steps on random bytes and say where the time goes")
    .requiredOption("--spec <file>", "what to train: a spec.yml")
    .option("--threads <n>", "default: one per core", whole(1))
    .option("--steps <n>", "steps to measure", whole(1), 10)
    .option("--json", "print one JSON object")
    .action(async ({ spec, threads, steps }: ProfileFlags) => {
      const status = new StatusLine(process.stderr);
      const profile = await profileSpec(
        { spec, threads: threads ?? null, steps },
        { signal: context.signal, onStep: (done) => status.show(`${bar(done, steps)}  ${done} of ${steps} steps`) },
      );
      status.clear();
      print(context, profile, profileText(profile));
    });
}

function profileText({
  division,
  stepMilliseconds,
  gflops,
  milliseconds,
  parts,
  operators,
  products,
}: Profile): string {
  const { replicas, parts: passes, rows, threads } = division;
  const replica = `${passes > 1 ? `${passes} × ` : ""}${rows} rows on ${threads} ${threads === 1 ? "thread" : "threads"}`;
  return [
    `one of ${replicas} ${replicas === 1 ? "replica" : "replicas"}, ${replica}`,
    ...(replicas > 1
      ? ["alone, and updating all parameters: in a training each replica updates its share of them"]
      : []),
    `${stepMilliseconds.toFixed(1)} ms per step, ${gflops.toFixed(0)} GFLOP/s; ${milliseconds.toFixed(1)} ms in operators, the rest on the way in and out`,
    "",
    ...table("part", parts),
    "",
    ...table("operator", operators),
    "",
    ...table(
      "matrix product",
      products,
      products.map((product) => product.gflops.toFixed(0)),
      "GFLOP/s",
    ),
  ].join("\n");
}

function table(title: string, costs: readonly Cost[], more: readonly string[] = [], moreTitle = ""): string[] {
  const rows = costs.map(({ name, calls, milliseconds, share }, i) => [
    name,
    calls.toFixed(Number.isInteger(calls) ? 0 : 1),
    milliseconds.toFixed(2),
    `${(100 * share).toFixed(1)} %`,
    more[i] ?? "",
  ]);
  return aligned([[title, "calls", "ms", "share", moreTitle], ...rows]);
}
