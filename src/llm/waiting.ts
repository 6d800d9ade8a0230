// How long to wait before the next try: what the endpoint asks for, else ever longer with some chance in it.

const FIRST_MS = 1000;
const LONGEST_MS = 60_000;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Milliseconds before try number `failed` + 1: doubled each time, between half and the whole of it.
 * @param failed tries so far, from 1
 * @param random uniform in [0, 1)
 */
export function backOff(failed: number, random: () => number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failed - 1));
  return Math.round((longest * (1 + random())) / 2);
}

/** Milliseconds that `Retry-After` asks for, as seconds or as a date; null without a readable one. */
export function retryAfter(headers: Headers, now: number): number | null {
  const text = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}(\.\d{1,9})?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const date = /^[A-Za-z]{3},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** Milliseconds until an allowance that has run out (`x-ratelimit-remaining-…: 0`) begins anew; 0 where none has. */
export function allowanceReset(headers: Headers): number {
  const resets = ["requests", "tokens"].map((kind) => {
    const remaining = headers.get(`x-ratelimit-remaining-${kind}`);
    return remaining?.trim() === "0" ? (duration(headers.get(`x-ratelimit-reset-${kind}`) ?? "") ?? 0) : 0;
  });
  return Math.max(...resets);
}

/** "1h2m3.5s", "20ms", or bare seconds; in milliseconds. Null for anything else. */
function duration(text: string): number | null {
  if (/^\d{1,9}(\.\d{1,9})?$/.test(text)) return Math.ceil(Number(text) * 1000);
  if (!/^(\d{1,9}(\.\d{1,9})?(ms|[smhd]))+$/.test(text)) return null;
  const parts = [...text.matchAll(/([\d.]+)(ms|[smhd])/g)];
  return Math.ceil(parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ""] ?? 0), 0));
}
