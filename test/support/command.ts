// Running the built command as a user would: dist/ is built before the tests.

import { spawn } from "node:child_process";
import { join } from "node:path";

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<Ran>;
}

interface Options {
  readonly directory?: string;
  /** On top of this process's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Sees what it says on stdout while it runs. */
  readonly onOutput?: (text: string) => void;
  /** The same for stderr. */
  readonly onError?: (text: string) => void;
}

/** Starts `axon` with the arguments. */
export function startAxon(
  args: readonly string[],
  { directory, environment, onOutput, onError }: Options = {},
): Running {
  const child = spawn(process.execPath, [join(process.cwd(), "dist/cli.js"), ...args], {
    cwd: directory,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
    onOutput?.(text);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
    onError?.(text);
  });
  const ended = new Promise<Ran>((resolve) => child.on("close", (code) => resolve({ code, ...output })));
  return { kill: (signal) => child.kill(signal), ended };
}

export function axon(args: readonly string[], directory?: string): Promise<Ran> {
  return startAxon(args, directory === undefined ? {} : { directory }).ended;
}
