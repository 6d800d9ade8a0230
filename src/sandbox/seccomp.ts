// The system calls that a sandboxed program is refused, as a seccomp filter in classic BPF. A deny-list: what is not named works.

export type Architecture = "x64" | "arm64";

/** AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64 of linux/audit.h. */
const AUDIT: Readonly<Record<Architecture, number>> = { x64: 0xc000003e, arm64: 0xc00000b7 };

const [ENOSYS, EPERM, EAFNOSUPPORT] = [38, 1, 97];

/** Numbers on x64 and arm64 (asm/unistd_64.h, asm-generic/unistd.h); null where an architecture has no such call. */
const DENIED: Readonly<Record<string, readonly [x64: number, arm64: number | null]>> = {
  // Looking into, or writing into, other processes.
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  process_madvise: [440, 440],
  pidfd_getfd: [438, 438],
  kcmp: [312, 272],
  // Other views of the file system.
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  move_mount: [429, 429],
  open_tree: [428, 428],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  // Other namespaces.
  unshare: [272, 97],
  setns: [308, 268],
  // Memory that belongs to no process, so that nobody's resident size shows it.
  memfd_create: [319, 279],
  memfd_secret: [447, 447],
  shmget: [29, 194],
  // Large parts of the kernel that hold most of its holes, and that no training needs.
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  keyctl: [250, 219],
  add_key: [248, 217],
  request_key: [249, 218],
  personality: [135, 92],
  lookup_dcookie: [212, 18],
  modify_ldt: [154, null],
  uselib: [134, null],
  // The machine as a whole.
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  reboot: [169, 142],
  swapon: [167, 224],
  swapoff: [168, 225],
  syslog: [103, 116],
  acct: [163, 89],
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  clock_adjtime: [305, 266],
  adjtimex: [159, 171],
  iopl: [172, null],
  ioperm: [173, null],
};

/** Its flags lie in memory, where a filter cannot look; libraries that hear "no such call" take clone. */
const CLONE3 = 435;

const CLONE: Readonly<Record<Architecture, number>> = { x64: 56, arm64: 220 };
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET of linux/sched.h. */
const NEW_NAMESPACES = 0x7e020000;

const SOCKET: Readonly<Record<Architecture, number>> = { x64: 41, arm64: 198 };
/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK. Of the others, AF_VSOCK would reach the host of a virtual machine past every namespace. */
const FAMILIES = [1, 2, 10, 16];

/** Calls numbered from here on x64 are those of the x32 ABI: the same calls under other numbers. */
const X32 = 0x40000000;

/** Codes of linux/bpf_common.h, and places in struct seccomp_data. */
const [LOAD, IF_EQUAL, IF_AT_LEAST, IF_ANY_BIT, RETURN] = [0x20, 0x15, 0x35, 0x45, 0x06];
const [NUMBER, ARCHITECTURE, FIRST_ARGUMENT] = [0, 4, 16];
const [KILL, ALLOW] = [0x80000000, 0x7fff0000];
const fail = (errno: number) => 0x00050000 | errno;

/** A jump skips so many instructions: `yes` where the condition holds, `no` where it does not. */
type Instruction = readonly [code: number, yes: number, no: number, value: number];

/** The filter as the bytes that the kernel reads (struct sock_filter, little-endian). A program of another architecture is killed. */
export function seccompFilter(architecture: Architecture): Buffer {
  const column = architecture === "x64" ? 0 : 1;
  const denied = Object.values(DENIED).flatMap((numbers) => numbers[column] ?? []);
  const program: readonly Instruction[] = [
    [LOAD, 0, 0, ARCHITECTURE],
    [IF_EQUAL, 1, 0, AUDIT[architecture]],
    [RETURN, 0, 0, KILL],
    [LOAD, 0, 0, NUMBER],
    ...(architecture === "x64" ? refuseIf(IF_AT_LEAST, X32, EPERM) : []),
    ...denied.flatMap((number) => refuseIf(IF_EQUAL, number, EPERM)),
    ...refuseIf(IF_EQUAL, CLONE3, ENOSYS),
    ...onCall(CLONE[architecture], refuseIf(IF_ANY_BIT, NEW_NAMESPACES, EPERM)),
    ...onCall(SOCKET[architecture], [
      ...FAMILIES.flatMap((family): Instruction[] => [
        [IF_EQUAL, 0, 1, family],
        [RETURN, 0, 0, ALLOW],
      ]),
      [RETURN, 0, 0, fail(EAFNOSUPPORT)],
    ]),
    [RETURN, 0, 0, ALLOW],
  ];
  return assemble(program);
}

function refuseIf(condition: number, value: number, errno: number): Instruction[] {
  return [
    [condition, 0, 1, value],
    [RETURN, 0, 0, fail(errno)],
  ];
}

/** What decides about one call by its first argument; what it does not decide is allowed. */
function onCall(number: number, decisions: readonly Instruction[]): Instruction[] {
  return [
    [IF_EQUAL, 0, decisions.length + 2, number],
    [LOAD, 0, 0, FIRST_ARGUMENT],
    ...decisions,
    [RETURN, 0, 0, ALLOW],
  ];
}

function assemble(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [at, [code, yes, no, value]] of program.entries()) {
    bytes.writeUInt16LE(code, at * 8);
    bytes.writeUInt8(yes, at * 8 + 2);
    bytes.writeUInt8(no, at * 8 + 3);
    bytes.writeUInt32LE(value >>> 0, at * 8 + 4);
  }
  return bytes;
}
