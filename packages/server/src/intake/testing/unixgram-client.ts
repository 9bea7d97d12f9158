import koffi from 'koffi'

const c = koffi.load(null)
const socket = c.func('int socket(int domain, int type, int protocol)')
const sendto = c.func(
  'intptr_t sendto(int fd, void *bytes, size_t length, int flags, void *to, uint toLength)',
)
const close = c.func('int close(int fd)')

const AF_UNIX = 1
const SOCK_DGRAM = 2
const DONT_WAIT = 0x40

/** Sends datagrams to a Unix socket, `@name` an abstract one, as DogStatsD's clients do: without waiting when it is full. */
export function sendUnixgram(path: string, ...packets: readonly (string | Buffer)[]): void {
  const name = path.startsWith('@') ? `\0${path.slice(1)}` : `${path}\0`
  const address = Buffer.alloc(2 + Buffer.byteLength(name))
  address.writeUInt16LE(AF_UNIX)
  address.write(name, 2)
  const fd = socket(AF_UNIX, SOCK_DGRAM, 0) as number
  try {
    for (const packet of packets) {
      const bytes = Buffer.from(packet)
      const sent = sendto(fd, bytes, bytes.length, DONT_WAIT, address, address.length) as number
      if (sent < 0) throw new Error(`Cannot send to ${path}: errno ${koffi.errno()}`)
    }
  } finally {
    close(fd)
  }
}
