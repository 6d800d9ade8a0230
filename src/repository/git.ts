// Runs the system's git as a quiet, hardened child process. It knows nothing of commits or files: see repository.ts.

import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { AxonError, InputError } from "../errors.js";

export interface Ending {
  /** Exit status; null when a signal ended git. */
  readonly status: number | null;
  readonly stderr: string;
}

interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  /** Settles when git has ended and its output is closed; rejects only where git could not be started. */
  readonly ended: Promise<Ending>;
}

interface Options {
  readonly input?: string | Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
}

// What a repository's or a user's configuration must not decide: no code of theirs runs, nothing is fetched, nothing is signed.
const SETTINGS = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.untrackedCache=false",
  "protocol.allow=never",
  "gc.auto=0",
  "maintenance.auto=false",
  "commit.gpgSign=false",
  "i18n.commitEncoding=UTF-8",
  "advice.detachedHead=false",
];

const ENVIRONMENT = {
  GIT_TERMINAL_PROMPT: "0",
  GIT_ASKPASS: "",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_NO_LAZY_FETCH: "1",
  GIT_LITERAL_PATHSPECS: "1",
  GIT_PAGER: "cat",
  LC_ALL: "C",
};

// Of the caller's own GIT_* variables only who the user is and where git and its configuration lie; GIT_DIR and the like
// (set inside a hook, for one) would point every command at another repository.
const KEPT = new Set([
  "GIT_AUTHOR_NAME",
  "GIT_AUTHOR_EMAIL",
  "GIT_COMMITTER_NAME",
  "GIT_COMMITTER_EMAIL",
  "GIT_CONFIG_GLOBAL",
  "GIT_EXEC_PATH",
]);

/** A listing of a million files fits; more is refused rather than held in memory. */
const MAXIMUM_OUTPUT = 256 * 2 ** 20;
const MAXIMUM_STDERR = 64 * 2 ** 10;

/** git bound to a place: `["-C", directory]` or `["--git-dir", directory]`. */
export class Git {
  readonly #place: readonly string[];

  constructor(place: readonly string[]) {
    this.#place = place;
  }

  /** Standard output of a command that must succeed. @throws AxonError `git-failed` with what git said. */
  async run(args: readonly string[], options: Options = {}): Promise<Buffer> {
    const { status, stderr, stdout } = await this.attempt(args, options);
    if (status !== 0) throw failure(args, { status, stderr });
    return stdout;
  }

  /** As `run`, as text without the newline that ends it. */
  async line(args: readonly string[], options: Options = {}): Promise<string> {
    return (await this.run(args, options)).toString("utf8").replace(/\n$/, "");
  }

  /** A command that may fail: its exit status is the answer. */
  async attempt(args: readonly string[], options: Options = {}): Promise<Ending & { readonly stdout: Buffer }> {
    const { child, ended } = this.start(args, options.environment);
    child.stdin.end(options.input ?? "");
    const [stdout, outcome] = await Promise.all([collect(child, args), ended]);
    return { ...outcome, stdout };
  }

  /** Starts a command whose streams the caller reads and writes. */
  start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Running {
    const settings = SETTINGS.flatMap((setting) => ["-c", setting]);
    const child = spawn("git", ["--no-pager", ...settings, ...this.#place, ...args], {
      env: { ...inherited(), ...ENVIRONMENT, ...environment },
      windowsHide: true,
    });
    // git that ends early closes its input; its exit status says why.
    child.stdin.on("error", () => child.stdin.destroy());
    return { child, ended: ending(child) };
  }
}

/** The error for a command that ended badly. */
export function failure(args: readonly string[], { status, stderr }: Ending): AxonError {
  const how = status === null ? "was ended by a signal" : `failed with status ${status}`;
  return new AxonError("git-failed", `git ${args[0]} ${how}: ${stderr.trim() || "it gave no reason"}`);
}

function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_") || KEPT.has(name)));
}

async function collect(child: ChildProcessWithoutNullStreams, args: readonly string[]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAXIMUM_OUTPUT) {
      child.kill("SIGKILL");
      throw new AxonError("git-output", `git ${args[0]} wrote more than ${MAXIMUM_OUTPUT} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function ending(child: ChildProcessWithoutNullStreams): Promise<Ending> {
  return new Promise((resolve, reject) => {
    let stderr = "";
    child.stderr.setEncoding("utf8");
    child.stderr.on("data", (text: string) => {
      if (stderr.length < MAXIMUM_STDERR) stderr += text;
    });
    child.on("error", (cause: NodeJS.ErrnoException) => {
      reject(
        cause.code === "ENOENT"
          ? new InputError("git-missing", "the command git was not found: install git, or put it on the PATH", {
              cause,
            })
          : new AxonError("git-failed", `git could not be started: ${cause.message}`, { cause }),
      );
    });
    child.on("close", (status) => resolve({ status, stderr }));
  });
}
