// What is no text to learn from, and why: rules as data, first by name, then by contents. It reads no files.

import { isUtf8 } from "node:buffer";

export type Reason =
  | "not a file"
  | "empty"
  | "AXON's own"
  | "vendored"
  | "generated"
  | "secret"
  | "oversized"
  | "binary"
  | "over the corpus limit";

/** Larger files are data or artefacts rather than text somebody wrote. */
const MAXIMUM_FILE = 2 ** 20;

/** Markers of generated files stand at the top; deeper down they are quotations. */
const HEAD = 1024;

const PATH_RULES: readonly (readonly [Reason, RegExp])[] = [
  // AXON's artefacts: model card and metrics, receipts, its archive. Learning from them would be learning the judge's notes.
  ["AXON's own", /^(model|axon|receipts)\/|(^|[/.])receipt\.json$/],
  ["vendored", /(^|\/)(vendor|third[_-]party|node_modules|bower_components|dist|build)\//],
  ["secret", /(^|\/)\.env($|[.-])|\.(pem|key|p12|pfx|ppk|jks|keystore|kdbx)$/i],
  ["secret", /(^|\/)(id_(rsa|dsa|ecdsa|ed25519)|\.netrc|\.pgpass|\.htpasswd|\.git-credentials|\.aws\/credentials)$/],
  ["generated", /(^|\/)(npm-shrinkwrap|package-lock|packages\.lock|composer\.lock)\.json$|\.lock$|\.lockb$/],
  ["generated", /(^|\/)(pnpm-lock\.yaml|go\.sum|gradle\.lockfile)$|\.lock\.(json|hcl)$/],
  ["generated", /\.min\.[^/.]+$|\.map$|\.snap$|(^|\/)__snapshots__\/|\.pb\.(go|cc|h)$|_pb2(_grpc)?\.pyi?$/],
];

const GENERATED = /@generated\b|\bDO NOT EDIT\b|\b([Aa]uto-?[Gg]enerated|[Cc]ode generated) (by|file|from)\b/;
/** A pointer of Git LFS stands for a binary file that is not here. */
const LFS_POINTER = /^version https:\/\/git-lfs\.github\.com\/spec\//;

// The public shapes of keys and tokens. A hit costs one file of the corpus, a miss could teach a model somebody's key.
const SECRET = new RegExp(
  [
    "-----BEGIN [A-Z0-9 ]*PRIVATE KEY",
    "\\b(AKIA|ASIA)[0-9A-Z]{16}\\b",
    "\\bgh[pousr]_[A-Za-z0-9]{36}",
    "\\bgithub_pat_[A-Za-z0-9_]{40}",
    "\\bglpat-[\\w-]{20}",
    "\\bxox[abeprs]-[\\w-]{20}",
    "\\bAIza[\\w-]{35}",
    "\\b[rs]k_live_[A-Za-z0-9]{20}",
    "\\bsk-((ant|proj)-[\\w-]{20}|[A-Za-z0-9]{32})",
    "\\bnpm_[A-Za-z0-9]{36}",
    "\\bpypi-AgEI[\\w-]{40}",
  ].join("|"),
);

/** Why a file is left out judging by its name and size in bytes alone. */
export function refusedByName(path: string, size: number): Reason | undefined {
  if (size === 0) return "empty";
  const rule = PATH_RULES.find(([, pattern]) => pattern.test(path));
  return rule?.[0] ?? (size > MAXIMUM_FILE ? "oversized" : undefined);
}

/** Why a file is left out judging by its bytes. */
export function refusedByContents(bytes: Uint8Array): Reason | undefined {
  if (!isText(bytes)) return "binary";
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  const head = text.slice(0, HEAD);
  if (LFS_POINTER.test(head)) return "binary";
  if (GENERATED.test(head)) return "generated";
  return SECRET.test(text) ? "secret" : undefined;
}

/** Valid UTF-8 without NUL. */
export function isText(bytes: Uint8Array): boolean {
  return !bytes.includes(0) && isUtf8(bytes);
}
