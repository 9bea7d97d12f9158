import { chmodSync, lstatSync, unlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { WeirError } from '@weir/model'

/** `@name` stands for an abstract name, which is no file: it goes when its socket closes. */
export function isAbstract(path: string): boolean {
  return path.startsWith('@')
}

/** As the kernel and Node want it: an abstract name begins with a zero byte. */
export function kernelPath(path: string): string {
  return isAbstract(path) ? `\0${path.slice(1)}` : path
}

/** What to tell when a Unix socket cannot be opened, and what to do about it. */
export function socketPathError(path: string, cause: unknown): WeirError {
  const error = cause as NodeJS.ErrnoException
  const message = `Cannot listen for StatsD on the Unix socket "${path}": want a path in a folder that this process may write to, got ${error.code ?? error.message}; make the folder, or give another path in statsd.listeners`
  return new WeirError('ADDRESS_UNUSABLE', message, { cause })
}

export function socketInUse(path: string): WeirError {
  const message = `Cannot listen for StatsD on the Unix socket "${path}": want a path that nobody listens on, got one that another program has; stop that program or give another path in statsd.listeners`
  return new WeirError('ADDRESS_IN_USE', message)
}

/**
 * Removes a socket file that a program left behind. Anything else at the path stays, and so does a socket that
 * somebody listens on.
 *
 * @param isHeard tells whether somebody listens there
 * @throws {WeirError} `ADDRESS_IN_USE`, `ADDRESS_UNUSABLE`
 */
export async function clearSocketPath(
  path: string,
  isHeard: (path: string) => boolean | Promise<boolean>,
): Promise<void> {
  if (isAbstract(path)) return
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return
  if (!stats.isSocket()) {
    const message = `Cannot listen for StatsD on the Unix socket "${path}": want no file or a socket there, got another kind of file; move it away or give another path in statsd.listeners`
    throw new WeirError('ADDRESS_UNUSABLE', message)
  }
  if (await isHeard(path)) throw socketInUse(path)
  try {
    unlinkSync(path)
  } catch (error) {
    throw socketPathError(path, error)
  }
}

/** Gives the socket file its permissions. */
export function openToSenders(path: string, mode: number): void {
  if (!isAbstract(path)) chmodSync(path, mode)
}

/** Whether a stream socket answers at a path. One of another type that somebody has is in use, too. */
export function isStreamHeard(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT')
    })
  })
}
