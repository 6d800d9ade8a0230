// What a server tells its operator: JSON lines for machines, plain lines for a person at a terminal. It keeps nothing.

export type Level = "info" | "warn" | "error";

/** Names and values that belong to an event: identities, numbers, never a secret. */
export type Fields = Readonly<Record<string, string | number | boolean | null>>;

export type Log = (level: Level, message: string, fields?: Fields) => void;

/** @param now milliseconds since 1970 */
export function logTo(out: { readonly isTTY?: boolean; write(text: string): unknown }, now: () => number): Log {
  return (level, message, fields = {}) => {
    const time = new Date(now()).toISOString();
    if (!out.isTTY) {
      out.write(`${JSON.stringify({ time, level, message, ...fields })}\n`);
      return;
    }
    const rest = Object.entries(fields).map(([name, value]) => `${name}=${printable(String(value))}`);
    out.write(`${[time.slice(11, 19), level === "info" ? "" : level, message, ...rest].filter(Boolean).join("  ")}\n`);
  };
}

/** Nothing that moves the cursor or colours a terminal. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}
