/**
 * The kernel's calls for datagram sockets, for what Node has no module for: Unix datagrams, and reading
 * without a turn of the event loop for each datagram. By koffi, which brings its compiled part for each
 * system; loaded only when a listener needs it (2.5 MiB).
 *
 * Linux only: the numbers below are Linux's, the same on all its processors that Node runs on.
 */

export const AF_UNIX = 1
const SOCK_DGRAM = 2
const SOCK_NONBLOCK = 0o4000
const SOCK_CLOEXEC = 0o2000000
export const DATAGRAM_FLAGS = SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC
export const EVENT_FLAGS = SOCK_NONBLOCK | SOCK_CLOEXEC
/** `recv`: do not wait, and give the length that the datagram had before it was cut. */
export const RECV_FLAGS = 0x40 | 0x20
export const POLL_READABLE = 1
export const SOL_SOCKET = 1
export const SO_RCVBUF = 8
/** The same past what `net.core.rmem_max` allows, for those who have CAP_NET_ADMIN. */
export const SO_RCVBUFFORCE = 33
export const EAGAIN = 11
export const EINTR = 4
export const ECONNREFUSED = 111
export const EADDRINUSE = 98

/** Memory that the kernel may be given: it never moves. */
export type KernelBytes = Uint8Array<ArrayBuffer>

/** C functions; those that fail give -1 and leave the reason in `errno()`. */
export interface KernelCalls {
  readonly socket: (domain: number, type: number, protocol: number) => number
  readonly bind: (fd: number, address: KernelBytes, length: number) => number
  readonly connect: (fd: number, address: KernelBytes, length: number) => number
  readonly recv: (fd: number, into: KernelBytes, length: number, flags: number) => number
  /** The same, and who sent it: an address and its length, both written by the kernel. */
  readonly recvfrom: (
    fd: number,
    into: KernelBytes,
    length: number,
    flags: number,
    address: KernelBytes,
    addressLength: KernelBytes,
  ) => number
  readonly setsockopt: (
    fd: number,
    level: number,
    name: number,
    value: KernelBytes,
    length: number,
  ) => number
  readonly eventfd: (initial: number, flags: number) => number
  readonly read: (fd: number, into: KernelBytes, length: number) => number
  readonly write: (fd: number, bytes: KernelBytes, length: number) => number
  readonly close: (fd: number) => number
  /** Waits on a thread of Node's pool until one of the sockets has something, or the time is over. */
  readonly poll: (sockets: KernelBytes, count: number, timeoutMs: number) => Promise<number>
  readonly errno: () => number
  /** `EACCES` for 13. */
  readonly nameOf: (errno: number) => string
}

let loaded: Promise<KernelCalls> | undefined

/** @throws Error where koffi has no compiled part for this system */
export function kernelCalls(): Promise<KernelCalls> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<KernelCalls> {
  const { default: koffi } = await import('koffi')
  const c = koffi.load(null)
  const poll = c.func('int poll(void *fds, ulong count, int timeout)')
  return {
    socket: c.func('int socket(int domain, int type, int protocol)'),
    bind: c.func('int bind(int fd, void *address, uint length)'),
    connect: c.func('int connect(int fd, void *address, uint length)'),
    recv: c.func('intptr_t recv(int fd, void *into, size_t length, int flags)'),
    recvfrom: c.func(
      'intptr_t recvfrom(int fd, void *into, size_t length, int flags, void *address, void *address_length)',
    ),
    setsockopt: c.func('int setsockopt(int fd, int level, int name, void *value, uint length)'),
    eventfd: c.func('int eventfd(uint initial, int flags)'),
    read: c.func('intptr_t read(int fd, void *into, size_t length)'),
    write: c.func('intptr_t write(int fd, void *bytes, size_t length)'),
    close: c.func('int close(int fd)'),
    poll: (sockets, count, timeoutMs) =>
      new Promise((resolve, reject) => {
        poll.async(sockets, count, timeoutMs, (error: Error | null, ready: number) => {
          if (error === null) resolve(ready)
          else reject(error)
        })
      }),
    errno: () => koffi.errno(),
    nameOf: (errno) =>
      Object.entries(koffi.os.errno).find(([, value]) => value === errno)?.[0] ?? `error ${errno}`,
  }
}

/** A C `int`; sizes of a gigabyte and more become one. */
export function kernelInt(value: number): KernelBytes {
  const bytes = kernelBytes(4)
  new DataView(bytes.buffer).setInt32(0, Math.min(value, 0x3fffffff), true)
  return bytes
}

/** Bytes that the kernel may read and write. */
export function kernelBytes(length: number): KernelBytes {
  return new Uint8Array(new ArrayBuffer(length))
}
