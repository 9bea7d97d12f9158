import { createSocket } from 'node:dgram'
import { type Socket, connect } from 'node:net'

/** Where packets go. None of the methods waits or throws. */
export interface StatsdTransport {
  /** Whether a packet given now has a chance; while not, the caller keeps its baseline. */
  isOpen(): boolean
  send(packet: Buffer): void
  /** Resolves when what was given is with the kernel, or given up. */
  flush(): Promise<void>
  close(): void
  stats(): { readonly sent: number; readonly dropped: number; readonly queuedBytes: number }
}

/** Packets that the kernel has not taken yet, in bytes; more are dropped and counted. */
const QUEUE_BYTES_MAX = 1024 * 1024

/**
 * UDP. Nobody answers there, so it is always open; a closed port shows as an error of the packet
 * after, which is counted.
 */
export function udpTransport(
  { host, port }: { readonly host: string; readonly port: number },
  onError: (error: Error) => void,
): StatsdTransport {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  let sent = 0
  let dropped = 0
  let queuedBytes = 0
  let failures = 0
  let pending = 0
  let isClosed = false
  const waiting = new Set<() => void>()
  const failed = (error: Error): void => {
    dropped++
    // The first of a row is told: a receiver that is away for an hour is one message.
    if (failures++ === 0)
      onError(new Error(`Cannot send StatsD to ${host}:${port}`, { cause: error }))
  }
  socket.on('error', failed)
  socket.unref()
  return {
    isOpen: () => !isClosed,
    send(packet) {
      if (isClosed || queuedBytes + packet.byteLength > QUEUE_BYTES_MAX) {
        dropped++
        return
      }
      queuedBytes += packet.byteLength
      pending++
      socket.send(packet, port, host, (error) => {
        queuedBytes -= packet.byteLength
        pending--
        if (error === null) {
          sent++
          failures = 0
        } else {
          failed(error)
        }
        if (pending === 0) for (const done of waiting) done()
      })
    },
    flush: () => untilIdle(() => pending === 0, waiting),
    close() {
      if (isClosed) return
      isClosed = true
      socket.close()
    },
    stats: () => ({ sent, dropped, queuedBytes }),
  }
}

export interface StreamAddress {
  /** `/run/weir/stream.sock`; or a TCP address. */
  readonly path?: string
  readonly host?: string
  readonly port?: number
  /** DogStatsD frames each packet of a Unix stream by its length; TCP has newlines. */
  readonly framing: 'length' | 'newline'
}

/** How often a lost connection is tried again. */
const RECONNECT_MS = 1000

/** A Unix stream or TCP: knows when nobody is there, and comes back by itself. */
export function streamTransport(
  address: StreamAddress,
  onError: (error: Error) => void,
): StatsdTransport {
  const { path, host = '127.0.0.1', port = 8125, framing } = address
  const name = path ?? `${host}:${port}`
  let socket: Socket | undefined
  let isOpen = false
  let isClosed = false
  let hasFailed = false
  let sent = 0
  let dropped = 0
  let timer: NodeJS.Timeout | undefined
  const waiting = new Set<() => void>()
  const settle = (): void => {
    for (const done of waiting) done()
  }
  const open = (): void => {
    const next = path === undefined ? connect({ host, port }) : connect({ path })
    socket = next
    next.unref()
    next.on('connect', () => {
      isOpen = true
      hasFailed = false
      settle()
    })
    next.on('drain', settle)
    // Nothing is expected from there; read, so that an end is seen.
    next.resume()
    next.on('error', (error) => {
      if (!hasFailed) onError(new Error(`Cannot send StatsD to ${name}`, { cause: error }))
      hasFailed = true
    })
    next.on('close', () => {
      isOpen = false
      settle()
      if (isClosed) return
      timer = setTimeout(open, RECONNECT_MS)
      timer.unref()
    })
  }
  open()
  return {
    isOpen: () => isOpen && socket!.writableLength < QUEUE_BYTES_MAX,
    send(packet) {
      if (!isOpen || socket!.writableLength + packet.byteLength > QUEUE_BYTES_MAX) {
        dropped++
        return
      }
      sent++
      if (framing === 'newline') {
        socket!.write(packet)
        socket!.write('\n')
        return
      }
      const head = Buffer.alloc(4)
      head.writeUInt32LE(packet.byteLength)
      socket!.write(Buffer.concat([head, packet]))
    },
    flush: () => untilIdle(() => !isOpen || socket!.writableLength === 0, waiting),
    close() {
      isClosed = true
      clearTimeout(timer)
      if (isOpen) socket?.end()
      else socket?.destroy()
    },
    stats: () => ({ sent, dropped, queuedBytes: socket?.writableLength ?? 0 }),
  }
}

/** How long a flush waits for the kernel. */
const FLUSH_MS_MAX = 1000

async function untilIdle(isIdle: () => boolean, waiting: Set<() => void>): Promise<void> {
  if (isIdle()) return
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      clearTimeout(deadline)
      waiting.delete(look)
      resolve()
    }
    const look = (): void => {
      if (isIdle()) finish()
    }
    const deadline = setTimeout(finish, FLUSH_MS_MAX)
    waiting.add(look)
  })
}
