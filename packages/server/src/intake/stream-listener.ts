import { type ListenOptions, type Server, type Socket, createServer } from 'node:net'
import type { Frames } from './line-frames.ts'
import type { Senders } from './senders.ts'

export interface StreamOptions {
  readonly place: ListenOptions
  readonly maxConnections: number
  /** 0: never. */
  readonly idleTimeoutMs: number
  /** Cuts one connection's bytes. */
  readonly frames: () => Frames
  readonly senders: Senders
  readonly onStranger: () => void
  readonly onRefused: () => void
  readonly onIdle: () => void
  /** A connection broke; the others go on. */
  readonly onBroken: (error: Error) => void
  readonly onConnections: (count: number) => void
  readonly onError: (error: Error) => void
}

/**
 * Opens a stream socket, TCP or Unix. Nothing is ever written to a connection. One that has been half
 * closed ends when its last bytes are taken; one that sends nothing ends when it has been idle for too long.
 *
 * @throws what Node throws when it cannot listen
 */
export async function listenStream(options: StreamOptions): Promise<Server & AsyncDisposable> {
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    socket.on('error', options.onBroken) // it closes by itself; what the peer sent was taken
    // A Unix socket has no address: its file says who may.
    const from = socket.remoteAddress
    if (from !== undefined && !options.senders.has(from)) {
      options.onStranger()
      socket.destroy()
      return
    }
    if (open.size >= options.maxConnections) {
      options.onRefused()
      socket.destroy()
      return
    }
    open.add(socket)
    options.onConnections(open.size)
    serveConnection(socket, options)
    socket.on('close', () => {
      open.delete(socket)
      options.onConnections(open.size)
    })
  })
  await listening(server, options.place)
  server.on('error', options.onError)
  return Object.assign(server, {
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  })
}

function serveConnection(socket: Socket, options: StreamOptions): void {
  const frames = options.frames()
  socket.on('data', (chunk: Uint8Array) => {
    if (!frames.push(chunk)) socket.destroy()
  })
  socket.on('close', () => frames.end())
  if (options.idleTimeoutMs > 0) {
    socket.setTimeout(options.idleTimeoutMs, () => {
      options.onIdle()
      socket.destroy()
    })
  }
}

function listening(server: Server, place: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(place, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
