// Splits TypeScript into tokens, so that the architecture test sees neither comments nor the insides of strings.
// It knows words, strings, templates and regular expressions; it knows nothing of grammar.

export interface Token {
  readonly kind: "word" | "string" | "template" | "regex" | "number" | "mark";
  /** The source text; for a string, its value without quotes and escapes. */
  readonly text: string;
  readonly line: number;
  readonly lastLine: number;
}

const BLANK = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const STRING = /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/y;
/** From a backtick, or from the brace that ends a substitution, to the next substitution or the closing backtick. */
const TEMPLATE_PART = /[`}](?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)/y;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const WORD = /#?[\p{ID_Start}$_][\p{ID_Continue}$]*/uy;
const NUMBER = /\.?\d(?:[\w.]|(?<=[eE])[+-])*/y;
const MARK = /\+\+|--|=>|\?\.(?!\d)|\S/y;

const OPERATOR_WORDS = new Set(
  "await case delete do else extends in instanceof new of return throw typeof void yield".split(" "),
);
const HEADS = new Set(["if", "while", "for", "with"]);

/** @throws Error with the line where a string, comment or template does not end. */
export function tokenize(source: string): Token[] {
  return new Tokenizer(source.replace(/^#![^\n]*/, "")).run();
}

class Tokenizer {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  /** For every "(" still open: does it belong to an `if (…)` or the like, after which a "/" starts a regex? */
  readonly #heads: boolean[] = [];
  /** For every template substitution still open: the braces open inside it. */
  readonly #substitutions: { braces: number }[] = [];
  #afterHead = false;
  #at = 0;
  #line = 1;

  constructor(source: string) {
    this.#source = source;
  }

  run(): Token[] {
    this.#take(BLANK);
    while (this.#at < this.#source.length) {
      this.#next();
      this.#take(BLANK);
    }
    if (this.#substitutions.length > 0) throw new Error(`line ${this.#line}: a template does not end`);
    return this.#tokens;
  }

  #next(): void {
    const character = this.#source.charAt(this.#at);
    if (character === '"' || character === "'") return this.#string();
    if (character === "`" || (character === "}" && this.#substitutions.at(-1)?.braces === 0)) return this.#template();
    if (this.#source.startsWith("/*", this.#at)) throw new Error(`line ${this.#line}: a comment does not end`);
    if (character === "/" && this.#regexMayStart() && this.#push("regex", REGEX)) return;
    if (this.#push("word", WORD) || this.#push("number", NUMBER)) return;
    this.#mark();
  }

  #string(): void {
    const line = this.#line;
    const text = this.#take(STRING);
    if (text === undefined) throw new Error(`line ${line}: a string does not end`);
    this.#tokens.push({ kind: "string", text: cooked(text.slice(1, -1)), line, lastLine: this.#line });
  }

  #template(): void {
    const line = this.#line;
    const starts = this.#source[this.#at] === "`";
    const text = this.#take(TEMPLATE_PART);
    if (text === undefined) throw new Error(`line ${line}: a template does not end`);
    const ends = text.endsWith("`");
    if (starts && !ends) this.#substitutions.push({ braces: 0 });
    if (!starts && ends) this.#substitutions.pop();
    const whole = starts && ends;
    const value = whole ? cooked(text.slice(1, -1)) : text;
    this.#tokens.push({ kind: whole ? "string" : "template", text: value, line, lastLine: this.#line });
  }

  #mark(): void {
    const before = this.#tokens.at(-1);
    this.#push("mark", MARK);
    const mark = this.#tokens.at(-1)!.text;
    const inner = this.#substitutions.at(-1);
    if (mark === "{" && inner !== undefined) inner.braces++;
    if (mark === "}" && inner !== undefined) inner.braces--;
    if (mark === "(") this.#heads.push(before?.kind === "word" && HEADS.has(before.text));
    if (mark === ")") this.#afterHead = this.#heads.pop() ?? false;
  }

  /** A "/" divides after a value and starts a regular expression elsewhere. */
  #regexMayStart(): boolean {
    const before = this.#tokens.at(-1);
    if (before === undefined) return true;
    if (before.kind === "word") return OPERATOR_WORDS.has(before.text) && this.#tokens.at(-2)?.text !== ".";
    if (before.kind === "template") return !before.text.endsWith("`");
    if (before.kind !== "mark") return false;
    if (before.text === ")") return this.#afterHead;
    return !["]", "}", "++", "--"].includes(before.text);
  }

  #push(kind: Token["kind"], pattern: RegExp): boolean {
    const line = this.#line;
    const text = this.#take(pattern);
    if (text !== undefined) this.#tokens.push({ kind, text, line, lastLine: this.#line });
    return text !== undefined;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#source)?.[0];
    if (text === undefined) return undefined;
    this.#at += text.length;
    this.#line += text.split("\n").length - 1;
    return text;
  }
}

function cooked(raw: string): string {
  return raw
    .replace(/\\\r?\n/g, "")
    .replace(/\\u\{([\da-fA-F]+)\}|\\u([\da-fA-F]{4})|\\x([\da-fA-F]{2})/g, (_, ...hex: (string | undefined)[]) =>
      String.fromCodePoint(
        parseInt(
          hex.slice(0, 3).find((digits) => digits !== undefined)!,
          16,
        ),
      ),
    )
    .replace(/\\(.)/gs, "$1");
}

/** Lines that hold code: blank lines and lines of comment alone do not count. */
export function codeLines(tokens: readonly Token[]): number {
  const lines = new Set<number>();
  for (const { line, lastLine } of tokens) for (let at = line; at <= lastLine; at++) lines.add(at);
  return lines.size;
}
