// The command `axon doctor`: its lines and its exit code.

import type { Command } from "commander";
import { examine, type Check } from "../wire/doctor.js";
import { print, type Context } from "./output.js";

export function doctorCommand(program: Command, context: Context): void {
  program
    .command("doctor")
    .description(
      "look whether this machine has what AXON needs; exit 1 only if AXON cannot work without what is missing",
    )
    .option("--json", "print one JSON object")
    .action(async () => {
      const examination = await examine();
      if (!examination.ok) context.exit(1);
      print(context, examination, examination.checks.map(line).join("\n"));
    });
}

function line({ name, ok, detail, remedy }: Check): string {
  const found = `${ok ? "ok     " : "missing"}  ${name.padEnd(12)} ${detail}`;
  return remedy === undefined ? found : `${found}\n${" ".repeat(22)}-> ${remedy}`;
}
