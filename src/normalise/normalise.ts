// When two texts are the same program: without the comments and the whitespace that mean nothing, language by language. Equal results mean equal
// programs; different ones prove nothing, for whatever is doubtful stays as it is. It parses no further than it must.

import { withoutYamlComments } from "../yaml-text.js";
import { normalisePython } from "./normalise-python.js";
import { normaliseScript } from "./normalise-script.js";

/** Null where the language cannot be read for certain. */
type Normalise = (text: string) => string | null;

/** By extension. JSX is not among them: its text is neither string nor code. */
const LANGUAGES: Readonly<Record<string, Normalise>> = {
  py: normalisePython,
  pyi: normalisePython,
  ts: normaliseScript,
  mts: normaliseScript,
  cts: normaliseScript,
  js: normaliseScript,
  mjs: normaliseScript,
  cjs: normaliseScript,
  json: normaliseJson,
  yml: withoutYamlComments,
  yaml: withoutYamlComments,
};

/** The text of a file in a form that comments and idle whitespace do not change; the text itself where in doubt. */
export function normalised(path: string, text: string): string {
  const extension = /\.(\w+)$/.exec(path)?.[1].toLowerCase() ?? "";
  const normalise = Object.hasOwn(LANGUAGES, extension) ? LANGUAGES[extension] : undefined;
  return normalise?.(text) ?? text;
}

/** Token by token, so that 1.0 and 1, which some readers tell apart, stay different, and so do keys given twice. */
function normaliseJson(text: string): string | null {
  try {
    JSON.parse(text);
  } catch {
    return null; // comments, trailing commas: what reads it decides what they mean
  }
  return text.replace(/("(?:[^"\\]|\\.)*")|[ \t\r\n]+/g, "$1");
}
