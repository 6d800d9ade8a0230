// Finds JSON objects in a text with fences or prose round them. What the objects mean is not its business.

/** Braces of code in prose begin no object, and each costs a look at the rest of the text. */
const MOST_STARTS = 50;
/** What JSON forbids within strings, and models write there. */
const RAW: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** The outermost objects that parse, in their order; raw line ends and tabs within their strings are let pass. */
export function jsonObjects(text: string): unknown[] {
  const found: unknown[] = [];
  let at = text.indexOf("{");
  for (let starts = 0; at >= 0 && starts < MOST_STARTS; starts++) {
    const object = objectAt(text, at);
    const value = object && parsed(object.json);
    if (value !== undefined) found.push(value);
    at = text.indexOf("{", value === undefined ? at + 1 : object?.end);
  }
  return found;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // braces of something else
  }
}

/** Up to the brace that closes the one at `start`; undefined if none does. A hand-written walk: patterns for strings look back too often. */
function objectAt(text: string, start: number): { readonly json: string; readonly end: number } | undefined {
  let json = "";
  let [depth, inString, from] = [0, false, start];
  for (let i = start; i < text.length; i++) {
    const character = text.charAt(i);
    if (inString && character === "\\") i++;
    else if (character === '"') inString = !inString;
    else if (inString && character in RAW) {
      json += `${text.slice(from, i)}${RAW[character]}`;
      from = i + 1;
    } else if (!inString && character === "{") depth++;
    else if (!inString && character === "}" && --depth === 0)
      return { json: json + text.slice(from, i + 1), end: i + 1 };
  }
  return undefined;
}
