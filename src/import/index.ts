// The public face of the import room, `axon-evolve/import`: models by any exporter, as graphs that can be differentiated.

export { importGraph } from "./import-graph.js";
