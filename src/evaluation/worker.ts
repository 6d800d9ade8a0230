// The scoring process. Started by scoring.ts, never imported: a model is foreign code to ONNX Runtime. A request comes on stdin, one line of
// JSON goes to stdout.

import { AxonError, InputError } from "../errors.js";
import { scoreModel } from "./scorer.js";
import type { ScoringAnswer } from "./scoring.js";
import { decodeRequest } from "./scoring-request.js";

process.on("SIGINT", () => {}); // Ctrl-C reaches the whole terminal group; the parent decides

async function answer(): Promise<ScoringAnswer> {
  try {
    const request = await decodeRequest(process.stdin);
    process.stdin.on("end", () => process.exit(1)); // no orphan outlives the parent
    return { kind: "score", score: await scoreModel(request) };
  } catch (error) {
    if (error instanceof AxonError) {
      return { kind: "failure", input: error instanceof InputError, code: error.code, message: error.message };
    }
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { kind: "failure", input: false, code: "bug", message };
  }
}

process.stdout.write(`\n${JSON.stringify(await answer())}\n`, () => process.stdin.destroy());
