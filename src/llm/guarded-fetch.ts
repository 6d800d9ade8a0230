// The one way to the network: to the endpoint's own origin, without following redirects, no more bytes than agreed.

import type { Watch } from "./watch.js";

/** A streamed token comes with a shell of some 250 bytes. */
const WIRE_BYTES_PER_ANSWER_BYTE = 64;

/** @param answerBytes most that an answer's text may have; what is on the wire may be a multiple of it */
export function guardedFetch(origin: string, watch: Watch, answerBytes: number): typeof fetch {
  return async (input, init) => {
    const target = new URL(input instanceof Request ? input.url : input);
    if (target.origin !== origin)
      throw new Error("a request was about to leave for another origin than the endpoint's");
    // Anything that follows a redirect might take the key along.
    const response = await fetch(target, { ...init, redirect: "manual" });
    watch.touch();
    return bounded(response, watch, answerBytes * WIRE_BYTES_PER_ANSWER_BYTE);
  };
}

function bounded(response: Response, watch: Watch, bytes: number): Response {
  if (response.body === null) return response;
  let left = bytes;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      watch.touch();
      left -= piece.byteLength;
      if (left >= 0) controller.enqueue(piece);
      else watch.stop("size");
    },
  });
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(count), { status, statusText, headers });
}
