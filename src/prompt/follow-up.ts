// What is said to a model whose diff was refused: mend it, or send a small file as a whole. It sends nothing.

import type { ChatMessage } from "../llm/chat.js";
import { dataBlock, tagFor } from "./data-block.js";
import { stripInvisible } from "./hidden.js";
import type { Prompt } from "./prompt.js";
import { sealed } from "./sealed.js";
import { redacted } from "../secrets/secrets.js";
import { filled } from "./texts.js";

/** Characters: of an answer that goes back, of the engine's words. */
const [LONGEST_ANSWER, LONGEST_EXPLANATION] = [200_000, 12_000];

/**
 * The prompt, its answer, and the patch engine's words on it. The new diff is to replace the first one as a whole.
 * @param explanation with lines of files; of a file that must not leave, none gets through
 */
export function repairMessages(prompt: Prompt, answerText: string, explanation: string): ChatMessage[] {
  const safe = redacted(stripInvisible(prompt.masked(explanation)));
  const secret = prompt.secret.find((path) => names(safe, path));
  const words =
    secret === undefined
      ? safe.slice(0, LONGEST_EXPLANATION)
      : "The diff touches a file that may not be changed and is not shown. Leave that file out.";
  return followUp(prompt, answerText, words, (tag, block) => filled("repair", { tag, explanation: block }));
}

/** Whether the path stands in the text, and not as part of a longer one. */
function names(text: string, path: string): boolean {
  for (let at = text.indexOf(path); at >= 0; at = text.indexOf(path, at + 1)) {
    if (!/[\w/-]/.test(text[at - 1] ?? " ") && !/[\w/-]/.test(text[at + path.length] ?? " ")) return true;
  }
  return false;
}

/** Asks for the whole new text of a file that was shown as a whole. */
export function wholeFileMessages(prompt: Prompt, answerText: string, path: string): ChatMessage[] {
  if (!prompt.whole.includes(path))
    throw new Error(`${path} was not shown as a whole, so it cannot be written as a whole`);
  return followUp(prompt, answerText, JSON.stringify(path), (tag, block) => filled("whole-file", { tag, path: block }));
}

function followUp(
  prompt: Prompt,
  answerText: string,
  data: string,
  ask: (tag: string, block: string) => string,
): ChatMessage[] {
  const answer = prompt.masked(answerText.slice(0, LONGEST_ANSWER));
  const texts = prompt.messages.map(({ content }) => content);
  const used = /=== ([0-9a-f]{12})/.exec(texts.at(-1) ?? "")?.[1];
  const tag =
    used !== undefined && !`${answer}\n${data}`.includes(used) ? used : tagFor([data], [...texts, answer, data]);
  return [
    ...prompt.messages,
    ...sealed([
      { role: "assistant", content: answer },
      { role: "user", content: ask(tag, dataBlock(tag, "message", data)) },
    ]),
  ];
}
