import { readFileSync, readdirSync, writeFileSync } from 'node:fs'

/**
 * What a process of SQL does to itself before it hears a question. On Linux only, and where koffi has a part
 * for the machine: elsewhere the watch over its size has to do.
 */

/**
 * Lets go of what it was started with and did not ask for, and binds its life to the thread that started it.
 * Before anything else is opened.
 *
 * Whatever a process opens itself, Node marks to be closed in its children; what has no such mark came from
 * Weir by somebody who set none, as lmdb does on its file.
 */
export async function letGo(): Promise<void> {
  if (process.platform !== 'linux') return
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000') // rather this one than Weir
  } catch {
    // no /proc that may be written to
  }
  try {
    const c = await systemCalls()
    c.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    c.setrlimit(RLIMIT_CORE, sameLimits(0)) // it would hold lines of log
    for (const name of readdirSync('/proc/self/fd')) {
      const fd = Number(name)
      if (fd > CHANNEL_FD && c.fcntl(fd, F_GETFD) === 0) c.close(fd)
    }
  } catch {
    // no koffi
  }
}

/**
 * Has the kernel refuse more memory. RLIMIT_DATA counts what the process can write to and nobody else sees,
 * whoever asked for it: an allocation beyond it fails, and DuckDB tells so. RLIMIT_AS would count what is
 * reserved and never touched, which is 1.4 GB of V8 and DuckDB before the first question.
 *
 * @param memoryBytes what the process may take, with what it has already
 * @see man 2 getrlimit
 */
export async function limitMemory(memoryBytes: number): Promise<void> {
  if (process.platform !== 'linux') return
  try {
    const { data, resident } = sizes()
    const { setrlimit } = await systemCalls()
    setrlimit(RLIMIT_DATA, sameLimits(data + Math.max(0, memoryBytes - resident)))
  } catch {
    // the watch is left
  }
}

interface SystemCalls {
  readonly setrlimit: (what: number, limits: BigUint64Array) => number
  readonly prctl: (what: number, a: number, b: number, c: number, d: number) => number
  readonly fcntl: (fd: number, command: number) => number
  readonly close: (fd: number) => number
}

async function systemCalls(): Promise<SystemCalls> {
  const { default: koffi } = await import('koffi')
  const c = koffi.load(null)
  return {
    setrlimit: c.func('int setrlimit(int what, void *limits)'),
    prctl: c.func('int prctl(int what, ulong a, ulong b, ulong c, ulong d)'),
    fcntl: c.func('int fcntl(int fd, int command)'),
    close: c.func('int close(int fd)'),
  }
}

/** Soft and hard. */
function sameLimits(most: number): BigUint64Array {
  return new BigUint64Array([BigInt(most), BigInt(most)])
}

/** Behind input, output and errors is the channel to Weir. */
const CHANNEL_FD = 3
const F_GETFD = 1
const RLIMIT_DATA = 2
const RLIMIT_CORE = 4
const PR_SET_PDEATHSIG = 1
const SIGKILL = 9

/** Bytes of private memory asked for, and of memory held. */
function sizes(): { readonly data: number; readonly resident: number } {
  const status = readFileSync('/proc/self/status', 'utf8')
  const size = (line: RegExp): number => Number(line.exec(status)![1]) * 1024
  return { data: size(/^VmData:\s+(\d+) kB$/m), resident: size(/^VmRSS:\s+(\d+) kB$/m) }
}
