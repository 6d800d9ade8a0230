// Other processes that work with the built store, told what to do line by line.

import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** URL of a built module, for an import in another process. */
export function built(path: string): string {
  return pathToFileURL(join(process.cwd(), "dist", path)).href;
}

export interface Other {
  readonly pid: number;
  readonly process: ChildProcess;
  say(line: string): void;
  /** The next line it prints. @throws Error when it ends instead. */
  hear(): Promise<string>;
  /** Ends it as a power cut would, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Runs an ES module given as text. */
export function other(script: string): Other {
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    pid: child.pid!,
    process: child,
    say: (line) => void child.stdin.write(`${line}\n`),
    hear: async () => {
      const { value, done } = await lines.next();
      if (done === true) throw new Error("the other process ended without an answer");
      return value;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
