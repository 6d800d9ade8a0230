// What a server understands of a request: all of it at first, then less and less, as its refusals teach.

import type { ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import type { ChatMessage, ChatRequest } from "./chat.js";

export interface Dialect {
  /** How an answer's form is asked for; without `json_schema` the schema stands in the prompt. */
  readonly format: "json_schema" | "json_object" | "text";
  /** What the limit of the answer is called. Models that think know only the newer name, older servers only the older. */
  readonly limit: "max_tokens" | "max_completion_tokens";
  readonly temperature: boolean;
  /** Whether usage is asked for. */
  readonly usage: boolean;
}

export function firstDialect(host: string): Dialect {
  const limit = host === "api.openai.com" ? "max_completion_tokens" : "max_tokens";
  return { format: "json_schema", limit, temperature: true, usage: true };
}

/** What is sent. */
export function bodyOf(request: ChatRequest, dialect: Dialect): ChatCompletionCreateParamsStreaming {
  const { model, messages, schema, maxOutputTokens, temperature } = request;
  const inPrompt = schema !== null && dialect.format !== "json_schema";
  return {
    model,
    messages: (inPrompt ? withSchema(messages, schema.schema) : messages).map(({ role, content }) => ({
      role,
      content,
    })),
    stream: true,
    [dialect.limit]: maxOutputTokens,
    ...(dialect.temperature ? { temperature } : {}),
    ...(dialect.usage ? { stream_options: { include_usage: true } } : {}),
    ...formatOf(schema, dialect.format),
  };
}

function formatOf(
  schema: ChatRequest["schema"],
  format: Dialect["format"],
): Pick<ChatCompletionCreateParamsStreaming, "response_format"> {
  if (schema === null || format === "text") return {};
  if (format === "json_object") return { response_format: { type: format } };
  return { response_format: { type: format, json_schema: { name: schema.name, strict: true, schema: schema.schema } } };
}

/** At the end of the first message from the system, since many chat templates allow no second one. */
function withSchema(messages: readonly ChatMessage[], schema: unknown): readonly ChatMessage[] {
  const order = `Answer with one JSON object and nothing else. It must follow this JSON Schema:\n${JSON.stringify(schema)}`;
  const [first, ...rest] = messages;
  if (first?.role !== "system") return [{ role: "system", content: order }, ...messages];
  return [{ ...first, content: `${first.content}\n\n${order}` }, ...rest];
}

/** Refusals that no other form of the same request would change. */
const HOPELESS = /context.length|maximum context|too many tokens|model.{0,200}(not exist|not found)|model_not_found/i;
/** 404 is mostly a wrong address or model. Some routers use it where no server knows a parameter. */
const ABOUT_PARAMETERS = /response_format|json|schema|parameter/i;

/**
 * The next simpler way to ask, or null if the refusal cannot be helped so.
 * @param message as the server words its refusal, its code included
 */
export function simpler(dialect: Dialect, status: number, message: string, hasSchema: boolean): Dialect | null {
  if (![400, 404, 422].includes(status) || HOPELESS.test(message)) return null;
  if (status === 404 && !ABOUT_PARAMETERS.test(message)) return null;
  if (dialect.usage && /stream_options|include_usage/i.test(message)) return { ...dialect, usage: false };
  if (dialect.temperature && /temperature/i.test(message)) return { ...dialect, temperature: false };
  if (
    dialect.limit === "max_tokens" &&
    /max_tokens/i.test(message) &&
    /max_completion_tokens|unsupported/i.test(message)
  )
    return { ...dialect, limit: "max_completion_tokens" };
  if (!hasSchema || dialect.format === "text") return null;
  return { ...dialect, format: dialect.format === "json_schema" ? "json_object" : "text" };
}
