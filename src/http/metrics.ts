// Figures for Prometheus, in its text format. It knows no figure by name but the time that requests take.

type Labels = Readonly<Record<string, string>>;

export interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly rows: readonly (readonly [Labels, number])[];
}

/** Upper ends, in seconds. */
const BUCKETS = [0.005, 0.02, 0.1, 0.5, 2] as const;

/** How long requests took, by route and status. Routes are few, so this stays small. */
export class RequestTimes {
  readonly #timings = new Map<string, { readonly counts: number[]; sum: number; count: number }>();

  add(route: string, status: number, seconds: number): void {
    const key = written({ route, status: String(status) });
    const timing = this.#timings.get(key) ?? { counts: BUCKETS.map(() => 0), sum: 0, count: 0 };
    this.#timings.set(key, timing);
    for (const [i, bound] of BUCKETS.entries()) if (seconds <= bound) timing.counts[i]++;
    timing.sum += seconds;
    timing.count++;
  }

  text(): string {
    const name = "axon_request_seconds";
    const rows = [...this.#timings].flatMap(([key, { counts, sum, count }]) => [
      ...BUCKETS.map((bound, i) => `${name}_bucket{${key},le="${bound}"} ${counts[i]}`),
      `${name}_bucket{${key},le="+Inf"} ${count}`,
      `${name}_sum{${key}} ${sum}`,
      `${name}_count{${key}} ${count}`,
    ]);
    return block(name, "histogram", "Time to answer a request.", rows);
  }
}

export function familyText({ name, type, help, rows }: Family): string {
  const lines = rows.map(([labels, value]) => {
    const text = written(labels);
    return `${name}${text === "" ? "" : `{${text}}`} ${value}`;
  });
  return block(name, type, help, lines);
}

function block(name: string, type: string, help: string, rows: readonly string[]): string {
  if (rows.length === 0) return "";
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...rows, ""].join("\n");
}

function written(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, escaped)}"`)
    .join(",");
}

function escaped(found: string): string {
  return found === "\n" ? "\\n" : `\\${found}`;
}
