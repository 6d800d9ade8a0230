// JavaScript and TypeScript without comments, blank lines and idle blanks. Line ends stay, for they may end statements; strings, templates
// and regular expressions stay to the character.

/** JSX and HTML-like comments, whose text is neither string nor code, and rare line ends. */
const FOREIGN = /<\/|\/>|<!--|-->|\r(?!\n)|[\f\v\0\u2028\u2029\uFEFF]/;

/** Comments that compilers, bundlers and checkers obey, or may. */
const OBEYED = /[@#!]|^\/\/\/|webpack|vite|ignore|disable|enable|global|exported/i;

const TOKEN =
  /("(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*')|(\/\/[^\n]*|\/\*[^]*?\*\/)|(\r?\n)|([ \t]+)|[\p{L}\p{N}_$]+|\+\+|--|[^"'`\\\r\n]/uy;
const REGEX = /\/(?![*/])(?:[^\\/[\n]|\\[^\n]|\[(?:[^\\\]\n]|\\[^\n])*\])+\/[\p{L}\p{N}_$]*/uy;
const TEMPLATE = /(?:[^`\\$]|\\[^]|\$(?!\{))*(`|\$\{)/y;

/** After these an expression begins, so that a slash opens a regular expression. */
const BEFORE_EXPRESSION =
  /^(?:return|typeof|instanceof|new|delete|void|throw|case|do|else|in|default|extends|[(,;:=[{?&|^~+\-*%<]|)$/;
/** Names in one place, something else in another; signs that end an expression or do not. */
const EITHER = /^(?:of|yield|await|async|let|static|\+\+|--|[^\p{L}\p{N}_$)\](,;:=[{?&|^~+\-*%<])$/u;
const HEADS = /^(?:if|while|for|with)$/;

/** What stands for a string, a template or a regular expression where only the kind of a token matters. */
const LITERAL = "]";

/** Null where it cannot be told what a slash is, where something does not end, and for what is no plain script. */
export function normaliseScript(text: string): string | null {
  return FOREIGN.test(text) ? null : new Script(text).read();
}

class Script {
  readonly #text: string;
  #at = 0;
  #out = "";
  /** The last tokens that are neither blank nor comment, the latest first. */
  #last: readonly [string, string] = ["", ""];
  /** For each open parenthesis, whether it is the head of a statement. */
  readonly #heads: boolean[] = [];
  /** The parenthesis that closed last was one. */
  #closedHead = false;
  /** For each field of a template that is open, the braces open in it. */
  readonly #fields: number[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  read(): string | null {
    if (this.#text.startsWith("#!")) this.#take(this.#text.split("\n", 1)[0], "");
    while (this.#at < this.#text.length) if (!this.#step()) return null;
    return this.#fields.length > 0 ? null : this.#out.trimEnd();
  }

  /** False where nobody can go on for certain. */
  #step(): boolean {
    const character = this.#text[this.#at];
    if (character === "`") return this.#template();
    if (character === "}" && this.#fields.at(-1) === 0) {
      this.#fields.pop();
      return this.#template();
    }
    TOKEN.lastIndex = this.#at;
    const token = TOKEN.exec(this.#text);
    if (token === null) return false;
    const [whole, string, comment, end, blanks] = token;
    if (string !== undefined) this.#take(whole, LITERAL);
    else if (comment !== undefined) this.#comment(comment);
    else if (end !== undefined) this.#space("\n", whole);
    else if (blanks !== undefined) this.#space(" ", whole);
    else if (whole === "/") return this.#slash();
    else this.#sign(whole);
    return true;
  }

  #take(whole: string, kind: string): void {
    this.#out += whole;
    this.#at += whole.length;
    this.#last = [kind, this.#last[0]];
  }

  #comment(comment: string): void {
    if (!OBEYED.test(comment)) return this.#space(comment.includes("\n") ? "\n" : " ", comment);
    this.#out += comment;
    this.#at += comment.length;
  }

  /** One line end for several, one blank for several, none at either end of a line. */
  #space(kind: "\n" | " ", whole: string): void {
    this.#at += whole.length;
    if (kind === "\n") this.#out = this.#out.trimEnd();
    if (this.#out !== "" && !/[ \n]$/.test(this.#out)) this.#out += kind;
  }

  /** From a backtick, or from the brace that ends a field, to the next field or the end. */
  #template(): boolean {
    TEMPLATE.lastIndex = this.#at + 1;
    const part = TEMPLATE.exec(this.#text);
    if (part === null) return false;
    const opens = part[1] === "${";
    if (opens) this.#fields.push(0);
    this.#take(this.#text.slice(this.#at, TEMPLATE.lastIndex), opens ? "{" : LITERAL);
    return true;
  }

  #slash(): boolean {
    if (this.#text[this.#at + 1] === "*") return false; // a comment without an end
    const opens = this.#opensRegex();
    if (opens === null) return false;
    if (!opens) {
      this.#take("/", "+");
      return true;
    }
    REGEX.lastIndex = this.#at;
    const regex = REGEX.exec(this.#text);
    if (regex !== null) this.#take(regex[0], LITERAL);
    return regex !== null;
  }

  #opensRegex(): boolean | null {
    const [last, before] = this.#last;
    if (last === ")") return this.#closedHead;
    if (EITHER.test(last)) return null;
    const opens = BEFORE_EXPRESSION.test(last);
    return opens && isMember(before) ? null : opens;
  }

  #sign(token: string): void {
    const [last, before] = this.#last;
    const head = HEADS.test(last) || (last === "await" && before === "for");
    if (token === "(") this.#heads.push(head && !isMember(before));
    if (token === ")") this.#closedHead = this.#heads.pop() ?? false;
    const depth = this.#fields.length - 1;
    if (token === "{" && depth >= 0) this.#fields[depth]++;
    if (token === "}" && depth >= 0) this.#fields[depth]--;
    this.#take(token, token);
  }
}

/** Keywords are plain names behind these. */
function isMember(before: string): boolean {
  return before === "." || before === "#";
}
