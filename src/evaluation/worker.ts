// The scoring process. Started by measure.ts, never imported: a model is foreign code to ONNX Runtime.

import { serveChild } from "../process/child.js";
import { scoreModel, type Score, type ScoreRequest } from "./scorer.js";

serveChild<ScoreRequest, never, Score>((request) => scoreModel(request));
