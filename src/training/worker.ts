// The training process. Started by start.ts, never imported.

import { serveChild } from "../process/child.js";
import { train, type Progress, type TrainingRequest, type TrainingResult } from "./trainer.js";

serveChild<TrainingRequest, Progress, TrainingResult>((request, progress, stopped) =>
  train(request, { onProgress: progress, stopped }),
);
