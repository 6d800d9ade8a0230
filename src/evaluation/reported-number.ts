// The number that a repository's own command reports, in a JSON file that may hold anything.

import type { HandedOver } from "../sandbox/handed-over.js";

export type ReportedNumber =
  { readonly ok: true; readonly value: number } | { readonly ok: false; readonly reason: string };

/** @param path names of keys with dots between them: a.b for {a: {b: number}} */
export function reportedNumber(file: HandedOver, path: string): ReportedNumber {
  if (!file.ok) return file;
  let value: unknown;
  try {
    value = JSON.parse(file.bytes.toString("utf8"));
  } catch {
    return { ok: false, reason: "the file that it wrote is not JSON" };
  }
  for (const key of path.split(".")) {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, key)) {
      return { ok: false, reason: `there is nothing at ${path} in the file that it wrote` };
    }
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  if (typeof value === "number" && Number.isFinite(value)) return { ok: true, value };
  return { ok: false, reason: `what stands at ${path} is not a finite number` };
}
