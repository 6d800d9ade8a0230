// `axon report`: the evidence of a cycle from a repository's archive, as Markdown and as a page.

import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { FinishedCycle, Receipt, Verdict } from "../candidate.js";
import { InputError } from "../errors.js";
import type { Evidence } from "../report/evidence.js";
import { evidencePage } from "../report/html.js";
import { evidenceMarkdown } from "../report/markdown.js";
import { openRepository } from "../repository/repository.js";
import { readCycle } from "../store/cycles.js";
import { parseReceipt } from "../store/receipt.js";

export interface CycleReport {
  readonly id: string;
  readonly verdict: Verdict;
  readonly markdown: string;
  /** The page that was written, an absolute path. */
  readonly html?: string;
}

interface ReportOptions {
  readonly directory: string;
  /** How the cycle's id begins; empty for the cycle that ended last. */
  readonly cycle: string;
  readonly html: string | null;
}

/**
 * Reads only, but for the page; it needs no lock and waits for nobody.
 * @throws InputError when there is no such cycle, its receipt is broken, or the page cannot be written.
 */
export async function reportCycle({ directory, cycle: prefix, html }: ReportOptions): Promise<CycleReport> {
  const { commonDirectory } = await openRepository(directory);
  const archive = join(commonDirectory, "axon");
  const cycle = await readCycle(archive, prefix);
  const evidence = await gatherEvidence(cycle, archive, directory);
  const report = { id: cycle.id, verdict: cycle.decision.verdict, markdown: evidenceMarkdown(evidence) };
  if (html === null) return report;
  await writePage(html, evidencePage(evidence));
  return { ...report, html: resolve(html) };
}

/**
 * A cycle with its receipt, and how that is replayed.
 * @param directory of the repository, as it is to be typed
 */
export async function gatherEvidence(cycle: FinishedCycle, archive: string, directory: string): Promise<Evidence> {
  const file = cycle.receipt === null ? null : join(archive, cycle.receipt);
  const receipt = file === null ? null : await readReceipt(file);
  const replay = receipt === null || file === null ? null : `axon replay ${quoted(file)} --repo ${quoted(directory)}`;
  return { cycle, receipt, replay };
}

/** Null where somebody removed it: the cycle has a report all the same. */
async function readReceipt(file: string): Promise<Receipt | null> {
  try {
    return parseReceipt(await readFile(file, "utf8"), file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw cause;
  }
}

async function writePage(file: string, page: string): Promise<void> {
  try {
    await writeFile(file, page);
  } catch (cause) {
    throw new InputError("html", `cannot write the page ${file}: ${(cause as Error).message}`, { cause });
  }
}

/** As a shell reads it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
