// One request to a process of its own and back: native work blocks a process, so it never runs in the one that people talk to.

import { fork } from "node:child_process";
import { AxonError, InputError, type Place } from "../errors.js";

type ToChild<Request> = { readonly kind: "request"; readonly request: Request } | { readonly kind: "stop" };

interface Failure {
  readonly input: boolean;
  readonly code: string;
  readonly message: string;
  readonly place: Place;
}

type FromChild<Progress, Result> =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "result"; readonly result: Result }
  | { readonly kind: "failure"; readonly failure: Failure };

export interface ChildOptions<Progress> {
  readonly onProgress?: (progress: Progress) => void;
  /** Aborting asks the child to end in order, and kills it after GRACE. */
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds: together with the child's exit it stays under the second that Ctrl-C may take. */
const GRACE = 800;

/**
 * Runs `script` with a request and waits for its answer.
 * @throws the child's own AxonError or InputError; AxonError `interrupted` when it had to be killed after an abort;
 * AxonError `child-crashed` when it ended without an answer.
 */
export function runChild<Progress, Result>(
  script: string,
  request: unknown,
  { onProgress, signal }: ChildOptions<Progress> = {},
): Promise<Result> {
  // stdout belongs to the parent's results, whatever a native library may print.
  const child = fork(script, { serialization: "advanced", stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const send = (message: ToChild<unknown>) => child.connected && child.send(message);
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const stop = () => {
      send({ kind: "stop" });
      timer = setTimeout(() => child.kill("SIGKILL"), GRACE);
    };
    child.on("message", (message) => {
      const answer = message as FromChild<Progress, Result>;
      if (answer.kind === "progress") onProgress?.(answer.progress);
      if (answer.kind === "result") resolve(answer.result);
      if (answer.kind === "failure") reject(revived(answer.failure));
    });
    child.on("error", (cause) => {
      // A broken pipe is followed by "close", which knows how the child ended.
      if (child.pid === undefined) reject(new AxonError("child-crashed", `could not start ${script}`, { cause }));
    });
    child.on("close", (code, killed) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      // Only the first of these settles the promise: after an answer they change nothing.
      if (signal?.aborted) reject(new AxonError("interrupted", "the work was interrupted"));
      reject(
        new AxonError("child-crashed", `the process that ran ${script} ended with ${killed ?? `exit code ${code}`}`),
      );
    });
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
    try {
      send({ kind: "request", request });
    } catch (cause) {
      child.kill("SIGKILL"); // it would wait forever for what cannot be sent
      throw cause;
    }
  });
}

/** The child's side: handles the one request it gets, then leaves. */
export function serveChild<Request, Progress, Result>(
  handle: (request: Request, progress: (progress: Progress) => void, stopped: () => boolean) => Promise<Result>,
): void {
  let stopped = false;
  process.on("SIGINT", () => {}); // Ctrl-C reaches the whole terminal group; the parent decides
  process.on("disconnect", () => process.exit(1)); // no orphan outlives the parent
  const send = (message: FromChild<Progress, Result>, sent?: (error: Error | null) => void) =>
    process.send!(message, undefined, undefined, sent);
  const answer = (message: FromChild<Progress, Result>) =>
    new Promise<void>((resolve, reject) => send(message, (error) => (error ? reject(error) : resolve())));
  process.on("message", (message) => {
    const order = message as ToChild<Request>;
    if (order.kind === "stop") {
      stopped = true;
      return;
    }
    handle(
      order.request,
      (progress) => send({ kind: "progress", progress }),
      () => stopped,
    )
      .then((result) => answer({ kind: "result", result }))
      .catch((error: unknown) => answer({ kind: "failure", failure: described(error) }))
      .finally(() => process.disconnect());
  });
}

function described(error: unknown): Failure {
  if (error instanceof AxonError) {
    return { input: error instanceof InputError, code: error.code, message: error.message, place: error.place };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { input: false, code: "bug", message, place: {} };
}

function revived({ input, code, message, place }: Failure): AxonError {
  return input ? new InputError(code, message, { place }) : new AxonError(code, message, { place });
}
