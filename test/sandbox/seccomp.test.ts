import { describe, expect, test } from "@jest/globals";
import { seccompFilter, type Architecture } from "../../src/sandbox/seccomp.js";

const AUDIT = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;
const [KILL, ALLOW, EPERM, ENOSYS, EAFNOSUPPORT] = [0x80000000, 0x7fff0000, 0x50001, 0x50026, 0x50061];

/** The kernel's reading of a filter, as bpf(4) and struct seccomp_data describe it. */
function verdict(filter: Buffer, number: number, first = 0, audit: number = AUDIT.x64): number {
  const data = new Map([
    [0, number],
    [4, audit],
    [16, first],
  ]);
  let accumulator = 0;
  for (let at = 0; at < filter.length / 8; at++) {
    const code = filter.readUInt16LE(at * 8);
    const [yes, no, value] = [filter[at * 8 + 2], filter[at * 8 + 3], filter.readUInt32LE(at * 8 + 4)];
    const jump = (holds: boolean) => (at += holds ? yes : no);
    if (code === 0x20) accumulator = data.get(value) ?? NaN;
    else if (code === 0x15) jump(accumulator === value);
    else if (code === 0x35) jump(accumulator >= value);
    else if (code === 0x45) jump((accumulator & value) !== 0);
    else if (code === 0x06) return value;
    else throw new Error(`code ${code} is not known here`);
  }
  throw new Error("the filter ends without an answer");
}

/** Calls that programs need, and calls they must not make; numbers from the tables of the Linux kernel. */
const NUMBERS = {
  x64: {
    needed: {
      read: 0,
      write: 1,
      openat: 257,
      mmap: 9,
      execve: 59,
      futex: 202,
      exit_group: 231,
      prctl: 157,
      kill: 62,
      pipe2: 293,
    },
    denied: {
      ptrace: 101,
      mount: 165,
      unshare: 272,
      setns: 308,
      bpf: 321,
      keyctl: 250,
      io_uring_setup: 425,
      memfd_create: 319,
      reboot: 169,
      pidfd_getfd: 438,
    },
    clone: 56,
    socket: 41,
  },
  arm64: {
    needed: {
      read: 63,
      write: 64,
      openat: 56,
      mmap: 222,
      execve: 221,
      futex: 98,
      exit_group: 94,
      prctl: 167,
      kill: 129,
      pipe2: 59,
    },
    denied: {
      ptrace: 117,
      mount: 40,
      unshare: 97,
      setns: 268,
      bpf: 280,
      keyctl: 219,
      io_uring_setup: 425,
      memfd_create: 279,
      reboot: 142,
      pidfd_getfd: 438,
    },
    clone: 220,
    socket: 198,
  },
} as const;

describe.each(["x64", "arm64"] as const)("the filter for %s", (architecture: Architecture) => {
  const filter = seccompFilter(architecture);
  const { needed, denied, clone, socket } = NUMBERS[architecture];
  const audit = AUDIT[architecture];
  const answer = (number: number, first = 0) => verdict(filter, number, first, audit);

  test("lets ordinary calls pass and refuses the others", () => {
    for (const [name, number] of Object.entries(needed)) expect([name, answer(number)]).toEqual([name, ALLOW]);
    for (const [name, number] of Object.entries(denied)) expect([name, answer(number)]).toEqual([name, EPERM]);
    expect(answer(435)).toBe(ENOSYS); // clone3: the C library takes clone instead
  });

  test("kills whoever calls as another architecture does", () => {
    const other = architecture === "x64" ? AUDIT.arm64 : AUDIT.x64;
    for (const foreign of [other, 0x40000003]) expect(verdict(filter, 0, 0, foreign)).toBe(KILL);
  });

  test("lets threads and processes start, but in no new namespace", () => {
    for (const flags of [0x3d0f00, 0x1200011, 17]) expect(answer(clone, flags)).toBe(ALLOW);
    for (const flag of [17, 25, 26, 27, 28, 29, 30]) expect(answer(clone, 2 ** flag + 17)).toBe(EPERM);
  });

  test("lets sockets be made for files, the internet and routes only", () => {
    for (const family of [1, 2, 10, 16]) expect(answer(socket, family)).toBe(ALLOW);
    for (const family of [0, 17, 31, 38, 40]) expect(answer(socket, family)).toBe(EAFNOSUPPORT);
  });

  test("is short enough for the kernel and always ends", () => {
    expect(filter.length / 8).toBeLessThan(4096);
    for (let number = 0; number < 600; number++) expect([ALLOW, EPERM, ENOSYS, EAFNOSUPPORT]).toContain(answer(number));
  });
});

test("the filter for x64 refuses the same calls under their x32 numbers", () => {
  expect(verdict(seccompFilter("x64"), 0x40000000 + 101)).toBe(EPERM);
  expect(verdict(seccompFilter("x64"), 0x40000000)).toBe(EPERM);
});
