import type { ListenOptions, Server, Socket } from 'node:net'
import { WeirError } from '@weir/model'
import { type ListenAddress, showAddress } from '../../intake/listen-address.ts'

/** What to tell when a listener of log lines cannot be opened, and what to do about it. */
export function listenFailure(
  where: { readonly key: string; readonly protocol: 'UDP' | 'TCP' },
  address: ListenAddress,
  cause: unknown,
): WeirError {
  const error = cause as NodeJS.ErrnoException
  const at = `Cannot listen for logs on ${where.protocol} "${showAddress(address)}"`
  if (error.code === 'EADDRINUSE') {
    const message = `${at}: want a free port, got one that another program has; stop that program or set ${where.key} to another port`
    return new WeirError('ADDRESS_IN_USE', message, { cause })
  }
  const message = `${at}: want an address of this machine that may be used, got ${error.code ?? error.message}; set ${where.key} to another`
  return new WeirError('ADDRESS_UNUSABLE', message, { cause })
}

/** Resolves when the server listens; rejects with what Node says. */
export function listening(server: Server, place: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(place, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** Connections that are open, no more than so many. */
export class OpenSockets {
  readonly #max: number
  readonly #open = new Set<Socket>()
  readonly #onCount: (count: number) => void

  constructor(max: number, onCount: (count: number) => void) {
    this.#max = max
    this.#onCount = onCount
  }

  /** False, and it is closed: there are too many. */
  admit(socket: Socket): boolean {
    if (this.#open.size >= this.#max) {
      socket.destroy()
      return false
    }
    this.#open.add(socket)
    this.#onCount(this.#open.size)
    socket.on('close', () => {
      this.#open.delete(socket)
      this.#onCount(this.#open.size)
    })
    return true
  }

  /** Closes the server and all connections. */
  async close(server: Server): Promise<void> {
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const socket of this.#open) socket.destroy()
    })
  }
}
