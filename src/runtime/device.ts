// Sessions on a GPU, through the WebGPU provider that comes with ONNX Runtime. A run blocks the event loop of its process.

import "./no-telemetry.js"; // first: it must hold when the library is loaded
import * as ort from "onnxruntime-node";
import { AxonError } from "../errors.js";
import { GraphBuilder } from "../graph/builder.js";
import { IR_VERSION, OPSETS, type Tensor } from "../graph/graph.js";
import { writeOnnx } from "../graph/write-onnx.js";
import { fromOrt, guarded, mapValues, toOrt } from "./tensors.js";

/** A float32 vector in the memory of the device. */
export class Resident {
  readonly tensor: ort.Tensor;

  constructor(tensor: ort.Tensor) {
    this.tensor = tensor;
  }

  /** Gives the memory back. Nothing else does. */
  free(): void {
    this.tensor.dispose();
  }
}

export interface DeviceSession {
  /** Residents are fed where they are, tensors are copied to the device. @throws AxonError `runtime` with ONNX Runtime's own message. */
  run(
    feeds: Readonly<Record<string, Tensor | Resident>>,
  ): Promise<{ readonly resident: Record<string, Resident>; readonly fetched: Record<string, Tensor> }>;
  close(): Promise<void>;
}

export interface Device {
  /**
   * Loads a model (bytes of an .onnx file), all of it: what has no kernel on the device is an error, never left to the CPU.
   * @param resident outputs that stay on the device
   * @throws AxonError `runtime` when ONNX Runtime refuses the model.
   */
  load(model: Uint8Array, resident: readonly string[]): Promise<DeviceSession>;
  read(vector: Resident): Promise<Tensor>;
  close(): Promise<void>;
}

/** @throws AxonError `webgpu-unavailable` where no GPU answers. */
export async function openDevice(): Promise<Device> {
  // Tensor.getData would end the process: what lies on the device is read by a session that copies it into an output.
  const reader = await load(copyModel(), []).catch((cause: Error) => {
    throw new AxonError("webgpu-unavailable", `${MISSING} (${cause.message.trim()})`, { cause });
  });
  return {
    load,
    read: async (vector) => (await reader.run({ vector })).fetched["copy"],
    close: () => reader.close(),
  };
}

const MISSING =
  "no GPU can be used through WebGPU. On Linux that takes Vulkan: the package libvulkan1, and a driver that the loader finds (VK_DRIVER_FILES " +
  "names its .json file; the software driver of Mesa works from version 25 on). Or train with --device cpu";

async function load(model: Uint8Array, resident: readonly string[]): Promise<DeviceSession> {
  const session = await guarded(() =>
    ort.InferenceSession.create(model, {
      executionProviders: ["webgpu"],
      logSeverityLevel: 4, // what it reports comes as an exception too
      preferredOutputLocation: Object.fromEntries(resident.map((name) => [name, "gpu-buffer"] as const)),
      extra: { "session.disable_cpu_ep_fallback": "1" },
    }),
  );
  return {
    run: async (feeds) => {
      const inputs = mapValues(feeds, (value) => (value instanceof Resident ? value.tensor : toOrt(value)));
      const outputs = Object.entries((await guarded(() => session.run(inputs))) as Record<string, ort.Tensor>);
      const [kept, fetched] = [true, false].map((stays) =>
        outputs.filter(([name]) => resident.includes(name) === stays),
      );
      return {
        resident: mapValues(Object.fromEntries(kept), (tensor) => new Resident(tensor)),
        fetched: mapValues(Object.fromEntries(fetched), fromOrt),
      };
    },
    close: () => session.release(),
  };
}

function copyModel(): Uint8Array {
  const b = new GraphBuilder("copy");
  const graph = b.build({ copy: b.op("Identity", [b.input("vector", "float32", ["size"])]) });
  return writeOnnx({ graph, irVersion: IR_VERSION, opsets: OPSETS, metadata: {} });
}
