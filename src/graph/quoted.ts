// Text out of a file somebody else wrote, made fit for one line of a message.

const LONGEST = 120;

/** In quotes, control characters escaped, and short: a hostile name may have megabytes. */
export function quoted(text: string): string {
  const escaped = JSON.stringify(text.slice(0, LONGEST)).slice(1, -1);
  return text.length > LONGEST || escaped.length > LONGEST ? `"${escaped.slice(0, LONGEST)}…"` : `"${escaped}"`;
}
