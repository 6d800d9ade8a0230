import { GraphError } from "../../src/errors.js";

/** The code and the place of the GraphError that `read` throws. @throws whatever else it throws, and when it throws nothing. */
export function refusal(read: () => unknown): { readonly code: string; readonly node: string | undefined } {
  try {
    read();
  } catch (error) {
    if (error instanceof GraphError) return { code: error.code, node: error.place.node };
    throw error;
  }
  throw new Error("was not refused");
}
