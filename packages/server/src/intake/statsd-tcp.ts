import { type Server, type Socket, createServer } from 'node:net'
import { LineFrames } from './line-frames.ts'
import { type ListenAddress, listenError } from './listen-address.ts'

export interface StatsdTcp extends AsyncDisposable {
  readonly address: ListenAddress
}

export interface StatsdTcpOptions {
  readonly address: ListenAddress
  readonly maxLineBytes: number
  readonly maxConnections: number
  /** 0: never. */
  readonly idleTimeoutMs: number
  /** Gets whole lines; the bytes are good only during the call. */
  readonly take: (lines: Uint8Array) => void
  readonly tooLong: (beginning: Uint8Array) => void
  readonly onRefused: () => void
  readonly onIdle: () => void
  /** A connection broke; the others go on. */
  readonly onBroken: (error: Error) => void
  readonly onConnections: (count: number) => void
  readonly onError: (error: Error) => void
}

/**
 * Opens the TCP socket: lines end with a newline, the last one of a connection need not.
 *
 * @throws {WeirError} `ADDRESS_IN_USE`, `ADDRESS_UNUSABLE`
 */
export async function listenStatsdTcp(options: StatsdTcpOptions): Promise<StatsdTcp> {
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    socket.on('error', options.onBroken) // it closes by itself; what the peer sent was taken
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
  await listening(server, options.address)
  server.on('error', options.onError)
  const bound = server.address() as { readonly address: string; readonly port: number }
  return {
    address: { host: bound.address, port: bound.port },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
}

function serveConnection(socket: Socket, options: StatsdTcpOptions): void {
  const frames = new LineFrames(options.maxLineBytes, options.take, options.tooLong)
  socket.on('data', (chunk: Uint8Array) => frames.push(chunk))
  socket.on('close', () => frames.end())
  if (options.idleTimeoutMs > 0) {
    socket.setTimeout(options.idleTimeoutMs, () => {
      options.onIdle()
      socket.destroy()
    })
  }
}

function listening(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => reject(listenError('TCP', address, error))
    server.once('error', onError)
    server.listen({ host: address.host, port: address.port }, () => {
      server.off('error', onError)
      resolve()
    })
  })
}
