// ONNX Runtime's trace of a run → where the time went: by part of the step, by operator, by shape of the matrix products.

import { elementCount } from "../graph/graph.js";

/** An entry of the trace, as far as it is read here. Durations are in microseconds. */
export interface TraceEvent {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args?: {
    readonly op_name?: string;
    readonly input_type_shape?: readonly Shape[];
    readonly output_type_shape?: readonly Shape[];
  };
}

/** Element type → shape, one key. */
type Shape = Readonly<Record<string, readonly number[]>>;

export interface Cost {
  readonly name: string;
  /** Per step. */
  readonly calls: number;
  readonly milliseconds: number;
  /** Of the time of all operators. */
  readonly share: number;
}

export interface ProductCost extends Cost {
  readonly gflops: number;
}

export interface Summary {
  /** Milliseconds per step in operators. */
  readonly milliseconds: number;
  readonly parts: readonly Cost[];
  readonly operators: readonly Cost[];
  /** The shapes of matrix products that take longest. */
  readonly products: readonly ProductCost[];
}

const PRODUCTS: ReadonlySet<string> = new Set(["MatMul", "FusedMatMul", "Gemm"]);
/** Their bodies' operators have entries of their own. */
const CONTAINERS: ReadonlySet<string> = new Set(["Loop", "If", "Scan"]);
const TOP_SHAPES = 12;

/**
 * @param events the whole trace
 * @param skipRuns runs at the start that do not count, because memory was still being taken
 * @param steps steps in the runs that count
 */
export function summarize(events: readonly TraceEvent[], skipRuns: number, steps: number): Summary {
  const runs = events.filter(({ name }) => name === "model_run").toSorted((a, b) => a.ts - b.ts);
  const since = runs[skipRuns]?.ts ?? Infinity;
  const kernels = events.filter(({ cat, name, ts, args }) => {
    return cat === "Node" && ts >= since && name.endsWith("_kernel_time") && !CONTAINERS.has(args?.op_name ?? "");
  });
  const total = kernels.reduce((sum, { dur }) => sum + dur, 0);
  const costs = (of: readonly TraceEvent[], nameOf: (event: TraceEvent) => string): Cost[] => {
    const groups = new Map<string, { calls: number; dur: number }>();
    for (const event of of) {
      const group = groups.get(nameOf(event)) ?? { calls: 0, dur: 0 };
      groups.set(nameOf(event), { calls: group.calls + 1, dur: group.dur + event.dur });
    }
    const rows = [...groups].map(([name, { calls, dur }]) => ({
      name,
      calls: calls / steps,
      milliseconds: dur / 1000 / steps,
      share: dur / total,
    }));
    return rows.toSorted((a, b) => b.milliseconds - a.milliseconds);
  };
  const products = kernels.filter(({ args }) => PRODUCTS.has(args?.op_name ?? ""));
  const flops = new Map(products.map((event) => [productName(event), productFlops(event)]));
  return {
    milliseconds: total / 1000 / steps,
    parts: costs(kernels, ({ name }) => partOf(name)),
    operators: costs(kernels, ({ args }) => args?.op_name ?? "?"),
    products: costs(products, productName)
      .slice(0, TOP_SHAPES)
      .map((cost) => ({ ...cost, gflops: (flops.get(cost.name)! * cost.calls) / cost.milliseconds / 1e6 })),
  };
}

/** The part that GraphBuilder.inPart wrote into a node's name. What has none is the model itself. */
function partOf(name: string): string {
  return /(?:^|\.)([a-z]+)\//.exec(name)?.[1] ?? "forward";
}

function productName({ args }: TraceEvent): string {
  const shapes = [...(args?.input_type_shape?.slice(0, 2) ?? []), ...(args?.output_type_shape ?? [])].map(dims);
  const [x, y, out] = shapes.map((shape) => `[${shape.join(",")}]`);
  return `${args?.op_name} ${x}·${y} → ${out}`;
}

/** 2·m·k·n for each matrix, where the inner size k follows from the numbers of elements, whichever operand is transposed. */
function productFlops({ args }: TraceEvent): number {
  const [x, y, out] = [...(args?.input_type_shape?.slice(0, 2) ?? []), ...(args?.output_type_shape ?? [])].map(dims);
  const batches = y.length > 2 ? elementCount(out.slice(0, -2)) : 1;
  return 2 * elementCount(out) * Math.sqrt((elementCount(x) * elementCount(y)) / elementCount(out) / batches);
}

function dims(shape: Shape): readonly number[] {
  return Object.values(shape)[0];
}
