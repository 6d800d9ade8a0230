// Finds the JSON object in an answer, whatever stands around it. Whether it is the right one is for the caller's schema to say.

export type JsonAnswer =
  { readonly ok: true; readonly value: object } | { readonly ok: false; readonly reason: string };

/** Places that are looked at: hostile text may have a brace at every letter. */
const MOST_STARTS = 64;
/** Models write line breaks and tabs into strings as they are, which JSON forbids. */
const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Tolerates prose, Markdown fences, thoughts in `<think>` and bare line breaks in strings. Of several whole objects it is the longest. */
export function jsonAnswer(text: string): JsonAnswer {
  const spoken = text.replace(/^\s*<think>[\s\S]*?<\/think>/, "");
  let best: { readonly value: object; readonly length: number } | null = null;
  let start = spoken.indexOf("{");
  for (let looked = 0; start >= 0 && looked < MOST_STARTS; looked += 1) {
    const object = objectAt(spoken, start);
    if (object !== null && object.length > (best?.length ?? 0)) best = object;
    start = spoken.indexOf("{", start + (object?.length ?? 1));
  }
  if (best !== null) return { ok: true, value: best.value };
  return { ok: false, reason: "the answer holds no whole JSON object; answer with one JSON object and nothing else" };
}

function objectAt(text: string, start: number): { readonly value: object; readonly length: number } | null {
  const end = endOfObject(text, start);
  if (end === null) return null;
  const slice = text.slice(start, end);
  const value = parsed(slice) ?? parsed(escapeBreaks(slice));
  return value === null ? null : { value, length: slice.length };
}

/** After the brace that closes the one at `start`; braces in strings do not count. */
function endOfObject(text: string, start: number): number | null {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at += 1) {
    const letter = text[at];
    if (quoted && letter === "\\") at += 1;
    else if (letter === '"') quoted = !quoted;
    else if (!quoted && letter === "{") depth += 1;
    else if (!quoted && letter === "}") depth -= 1;
    if (depth === 0) return at + 1;
  }
  return null;
}

function escapeBreaks(json: string): string {
  const pieces: string[] = [];
  let quoted = false;
  for (let at = 0; at < json.length; at += 1) {
    const letter = json[at] ?? "";
    if (letter === '"') quoted = !quoted;
    if (quoted && letter === "\\") {
      pieces.push(letter, json[at + 1] ?? "");
      at += 1;
    } else pieces.push(quoted ? (ESCAPES[letter] ?? letter) : letter);
  }
  return pieces.join("");
}

function parsed(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null; // not JSON: the caller looks elsewhere
  }
}
