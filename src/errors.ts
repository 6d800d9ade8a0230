// The errors AXON throws. Expected failures of a candidate are values elsewhere; these stop the command.

export interface Place {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly node?: string;
}

/** Base class. `code` is stable for machines; the message says what is wrong and how to mend it. */
export class AxonError extends Error {
  override name = "AxonError";
  readonly code: string;
  readonly place: Place;

  constructor(code: string, message: string, options: { readonly cause?: unknown; readonly place?: Place } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.place = options.place ?? {};
  }
}

/** What the caller gave is refused (usage, spec, corpus, model, receipt): exit code 2. */
export class InputError extends AxonError {
  override name = "InputError";
}

/** A graph that cannot be built, differentiated or read; `place.node` names the node. */
export class GraphError extends InputError {
  override name = "GraphError";
}
