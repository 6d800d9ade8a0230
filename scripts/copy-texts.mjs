import { cpSync } from "node:fs";

// What a language model is told lies beside the code that tells it; the compiler copies no text.
cpSync(new URL("../src/prompt/texts", import.meta.url), new URL("../dist/prompt/texts", import.meta.url), {
  recursive: true,
});
