// Which language models may be asked, where, and for how much: read from the environment.

import { InputError } from "../errors.js";
import { isLocal, parseEndpoint } from "../llm/endpoint.js";
import type { DailyLimits, LlmSettings, ModelPrice } from "../llm/settings.js";
import { builtInPrice } from "./model-prices.js";

type Environment = Readonly<Record<string, string | undefined>>;

const MOST_MODELS = 16;
/** Endpoints on this machine mostly want no key, but the client sends one. */
const NO_KEY = "no-key-needed";

/**
 * OPENAI_API_KEY, OPENAI_BASE_URL, AXON_MODEL, AXON_MODEL_ALLOWED_HOSTS, AXON_MODEL_PRICES, AXON_MODEL_DAILY_DOLLARS, AXON_MODEL_DAILY_TOKENS.
 * @param options `keyless`: nothing will be sent, so no key is needed
 * @throws InputError that names the variable and says how to mend it; values that may be secret are not repeated.
 */
export function readLlmSettings(
  environment: Environment = process.env,
  { keyless = false }: { readonly keyless?: boolean } = {},
): LlmSettings {
  const read = (name: string): string => environment[name]?.trim() ?? "";
  const baseUrl = read("OPENAI_BASE_URL") || "https://api.openai.com/v1";
  const url = parseEndpoint(baseUrl);
  const apiKey = read("OPENAI_API_KEY") || (keyless || isLocal(url) ? NO_KEY : "");
  if (apiKey === "")
    throw new InputError(
      "api-key",
      `OPENAI_API_KEY is not set; set it to a key of ${url.host}, or OPENAI_BASE_URL to an endpoint on this machine`,
    );
  const allowed = listOf(read("AXON_MODEL_ALLOWED_HOSTS"));
  const prices = pricesIn(read("AXON_MODEL_PRICES"));
  const names = modelsIn(read("AXON_MODEL") || "gpt-4.1-mini");
  return {
    baseUrl,
    apiKey,
    allowedHosts: allowed.length > 0 ? allowed : [url.host],
    models: names.map((name) => ({ name, price: prices.get(name) ?? builtInPrice(url.host, name) })),
    daily: dailyIn(read),
  };
}

function dailyIn(read: (name: string) => string): DailyLimits {
  const [dollars, tokens] = ["AXON_MODEL_DAILY_DOLLARS", "AXON_MODEL_DAILY_TOKENS"];
  return {
    dollars: amountIn(dollars, read(dollars) || "2"),
    tokens: amountIn(tokens, read(tokens) || "2000000"),
    setBy: { ...(read(dollars) ? { dollars } : {}), ...(read(tokens) ? { tokens } : {}) },
  };
}

function listOf(text: string): readonly string[] {
  const items = text.split(",").map((item) => item.trim());
  return [...new Set(items.filter((item) => item !== ""))];
}

function modelsIn(text: string): readonly string[] {
  const names = listOf(text);
  const wrong = names.find((name) => !/^[\w.:/@+-]{1,200}$/.test(name));
  if (names.length > 0 && names.length <= MOST_MODELS && wrong === undefined) return names;
  const why = wrong === undefined ? `${names.length} names` : `"${wrong.slice(0, 40)}"`;
  throw new InputError(
    "model-names",
    `AXON_MODEL holds ${why}; give 1 to ${MOST_MODELS} names with commas between them, such as gpt-4.1-mini,gpt-4.1`,
  );
}

/** "name=input/output, …" */
function pricesIn(text: string): ReadonlyMap<string, ModelPrice> {
  return new Map(
    listOf(text).map((item) => {
      const match = /^(?<name>\S+)=(?<input>\d{1,6}(\.\d{1,9})?)\/(?<output>\d{1,6}(\.\d{1,9})?)$/.exec(item);
      const { name, input, output } = match?.groups ?? {};
      if (name !== undefined) return [name, { input: Number(input), output: Number(output) }];
      throw new InputError(
        "model-prices",
        `AXON_MODEL_PRICES holds "${item.slice(0, 80)}"; give name=input/output in dollars per million tokens, such as gpt-4.1-mini=0.40/1.60`,
      );
    }),
  );
}

function amountIn(variable: string, text: string): number {
  if (/^\d{1,12}(\.\d{1,6})?$/.test(text)) return Number(text);
  throw new InputError("model-limits", `${variable} is no amount; give a number such as 5 or 0.50; 0 allows nothing`);
}
