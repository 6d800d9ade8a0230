// What a report says, as data: sections of blocks whose texts are raw. Escaping is the business of those who write it down.

import type { Verdict } from "../candidate.js";
import type { Chart } from "./charts.js";

export type Inline = string | { readonly strong: string } | { readonly code: string };
export type Text = readonly Inline[];

export interface Column {
  readonly title: string;
  readonly numeric: boolean;
}

export interface Table {
  readonly kind: "table";
  /** What it shows, for those who cannot see where it stands. */
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Text[])[];
}

export type Block =
  | Table
  | { readonly kind: "paragraph"; readonly text: Text }
  | { readonly kind: "list"; readonly items: readonly Text[] }
  /** Names and what they are, for the hurried reader. */
  | { readonly kind: "facts"; readonly caption: string; readonly facts: readonly (readonly [string, Text])[] }
  | { readonly kind: "chart"; readonly chart: Chart }
  | { readonly kind: "code"; readonly language: "diff" | "sh"; readonly text: string }
  | { readonly kind: "details"; readonly summary: string; readonly blocks: readonly Block[] };

export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

export interface Document {
  readonly title: string;
  readonly verdict: Verdict;
  /** The verdict in a sentence. */
  readonly sentence: Text;
  /** Those before the first heading. */
  readonly opening: readonly Block[];
  readonly sections: readonly Section[];
}

/** Columns by their titles; a title that ends in "#" is one of numbers. */
export function columns(...titles: readonly string[]): Column[] {
  return titles.map((title) => ({ title: title.replace(/#$/, ""), numeric: title.endsWith("#") }));
}
