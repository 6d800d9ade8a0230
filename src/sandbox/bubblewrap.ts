// The command line that builds a sandbox: what the program sees, and what it may use. It starts nothing.

import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import type { SandboxRequest } from "./request.js";

/** Nobody: the sandbox's own name for whoever runs it. */
const USER = "65534";

/** Where programs are looked for outside; the user's own PATH is not asked. */
export const HOST_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** File descriptors of bubblewrap beside the usual three. */
export const DESCRIPTORS = { filter: 3, arguments: 4, status: 5, begun: 6 } as const;

const words = (text: string): string[] => text.trim().split(/\s+/);

/** Names of programs and libraries, certificates, time zone, the processors there are: nothing of it tells who runs this. */
const SYSTEM = [
  ...words("--ro-bind /usr /usr"),
  ...words("bin sbin lib lib32 lib64 libx32").flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]),
  ...words("/etc/alternatives /etc/ld.so.cache /etc/ssl /etc/localtime /sys/devices/system/cpu").flatMap((path) => [
    "--ro-bind-try",
    path,
    path,
  ]),
];

/** Names of hosts, for a program that may use the network. */
const NETWORK = [
  "--share-net",
  ...["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf"].flatMap((path) => ["--ro-bind-try", path, path]),
];

/** Arguments in front of the command. They go through a descriptor, so that neither paths nor values show in a list of processes. */
export function bubblewrapArguments(request: SandboxRequest): string[] {
  const { limits, environment, mounts, directory = "/tmp", network = false } = request;
  const scratch = `--perms 1777 --size ${Math.ceil(limits.memoryBytes / 4)} --tmpfs`;
  const variables = Object.entries({ ...defaultEnvironment(), ...environment });
  return [
    ...words("--unshare-all --unshare-user --disable-userns --die-with-parent --new-session --cap-drop ALL"),
    ...words(`--uid ${USER} --gid ${USER} --hostname sandbox --clearenv`),
    ...variables.flatMap(([name, value]) => ["--setenv", name, value]),
    ...SYSTEM,
    ...(network ? NETWORK : []),
    // Root's own sandbox could write into /proc/sys, whatever its capabilities: those files go by the user alone.
    ...words(`--proc /proc --remount-ro /proc --dev /dev ${scratch} /dev/shm --remount-ro /dev ${scratch} /tmp`),
    ...[...nodeMount(), ...mounts].flatMap(({ host, inside, writable }) => [
      writable ? "--bind" : "--ro-bind",
      host,
      inside,
    ]),
    "--remount-ro",
    "/",
    "--chdir",
    directory,
    ...words(`--seccomp ${DESCRIPTORS.filter} --json-status-fd ${DESCRIPTORS.status}`),
  ];
}

function defaultEnvironment(): Record<string, string> {
  const node = nodeMount().map(({ inside }) => `${inside}:`);
  return { PATH: `${node.join("")}/usr/local/bin:/usr/bin:/bin`, HOME: "/tmp", TMPDIR: "/tmp", LANG: "C.UTF-8" };
}

/** The folder of this Node.js, unless it is part of the system. */
function nodeMount(): { readonly host: string; readonly inside: string; readonly writable: false }[] {
  const folder = dirname(realpathSync(process.execPath));
  return folder.startsWith("/usr/") ? [] : [{ host: folder, inside: folder, writable: false }];
}

/**
 * The program around bubblewrap, for bash: closes what this process may have inherited (bubblewrap would hand it on), sets limits
 * per process, joins control groups. Where a lower limit holds already, it stays.
 * $1 KiB of the largest file, $2 CPU seconds, $3 processes ("unlimited" where a group bounds them), then the groups, "--", the command.
 */
export const LAUNCHER = `
for path in /proc/self/fd/*; do fd=\${path##*/}; ((fd > ${DESCRIPTORS.begun})) && eval "exec $fd>&-"; done
{ ulimit -c 0; ulimit -n 1024; ulimit -f "$1"; ulimit -t "$2"; ulimit -u "$3"; } 2>/dev/null; shift 3
until [ "$1" = -- ]; do echo $$ >"$1" || exit 125; shift; done
exec bwrap --args ${DESCRIPTORS.arguments} "$@"`;

/** Inside, in front of the command: says that the sandbox stands. */
export const BEGIN = ["/bin/sh", "-c", `echo >&${DESCRIPTORS.begun}; exec ${DESCRIPTORS.begun}>&-; exec "$@"`, "sh"];
