// The thread of one replica. Started by replicated-steps.ts, never imported.

import { parentPort, workerData } from "node:worker_threads";
import { buffersOf, Replica, type ReplicaSetup } from "./replica.js";
import type { FromReplica, ToReplica } from "./replicated-steps.js";

const port = parentPort!;
const tell = (answer: FromReplica) => port.postMessage(answer);

const replica = await Replica.open(workerData as ReplicaSetup);
port.on("message", (order: ToReplica) => {
  handle(order).catch((error: unknown) => tell({ kind: "failure", error }));
});
tell({ kind: "ready" });

async function handle(order: ToReplica): Promise<void> {
  if (order.kind === "run") tell({ kind: "results", results: await replica.run(order.steps) });
  if (order.kind === "state") {
    const state = replica.state();
    port.postMessage({ kind: "state", state } satisfies FromReplica, buffersOf(state.vectors));
  }
  if (order.kind === "close") {
    await replica.close().finally(() => port.close());
  }
}
