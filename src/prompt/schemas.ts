// What an answer must look like, as JSON Schema for the endpoint. Its twins for reading, with limits, are in answer.ts.

import type { ChatRequest } from "../llm/chat.js";

export type AnswerSchema = NonNullable<ChatRequest["schema"]>;

function strict(name: string, descriptions: Readonly<Record<string, string>>): AnswerSchema {
  const entries = Object.entries(descriptions);
  const properties = Object.fromEntries(entries.map(([key, description]) => [key, { type: "string", description }]));
  return {
    name,
    schema: { type: "object", properties, required: Object.keys(descriptions), additionalProperties: false },
  };
}

export const PROPOSAL_SCHEMA = strict("proposal", {
  hypothesis: "The one idea to be tested, in one sentence of at most 300 characters.",
  rationale: "Why it should help here, in at most 1500 characters.",
  expectedEffect: "What the number should do, and by how much, in at most 300 characters.",
  diff: "The unified diff, nothing else.",
});

export const WHOLE_FILE_SCHEMA = strict("whole_file", {
  path: "The path of the file, as given.",
  text: "The whole new text of the file, from its first line to its last.",
});
