// Where the key may go: the address of an endpoint, checked before anything is sent.

import { InputError } from "../errors.js";

const LOCAL = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Whether it lies on this machine, where plain http and no key are in order. */
export function isLocal({ hostname }: URL): boolean {
  return LOCAL.has(hostname);
}

/**
 * @throws InputError `base-url`; the message never repeats the address, which may hold a password.
 */
export function parseEndpoint(baseUrl: string): URL {
  if (!URL.canParse(baseUrl)) throw refusal("is not an address; give a whole one");
  const url = new URL(baseUrl);
  if (url.username !== "" || url.password !== "")
    throw refusal("holds a user or password; give the address alone, the key belongs in OPENAI_API_KEY");
  if (url.search !== "" || url.hash !== "") throw refusal("holds ? or #; give the address up to the path alone");
  if (url.protocol === "https:" || (url.protocol === "http:" && isLocal(url))) return url;
  throw refusal("must begin with https:// (http:// is for this machine alone); give an encrypted one");
}

function refusal(what: string): InputError {
  return new InputError("base-url", `OPENAI_BASE_URL ${what}, such as https://api.openai.com/v1`);
}

/** @throws InputError `host-not-allowed` unless the endpoint's host, with or without port, is in the list. */
export function checkHost(url: URL, allowedHosts: readonly string[]): void {
  const allowed = allowedHosts.some((host) => [url.host, url.hostname].includes(host.toLowerCase()));
  if (allowed) return;
  throw new InputError(
    "host-not-allowed",
    `the model's host ${url.host} is not among the allowed ones (${allowedHosts.join(", ") || "none"}); ` +
      "add it to AXON_MODEL_ALLOWED_HOSTS or change OPENAI_BASE_URL",
  );
}

/** @throws InputError `api-key` for one that cannot be a header, without repeating it. */
export function checkKey(apiKey: string): void {
  if (/^[\x21-\x7e]{1,1000}$/.test(apiKey)) return;
  throw new InputError(
    "api-key",
    "OPENAI_API_KEY is empty or holds blanks, line breaks or letters beyond ASCII; copy the key again",
  );
}
