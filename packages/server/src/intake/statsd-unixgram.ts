import { unlinkSync } from 'node:fs'
import { WeirError } from '@weir/model'
import type { DatagramReader, DatagramSource } from './datagram-reader.ts'
import {
  AF_UNIX,
  DATAGRAM_FLAGS,
  EADDRINUSE,
  ECONNREFUSED,
  type KernelBytes,
  type KernelCalls,
  SO_RCVBUF,
  SOL_SOCKET,
  kernelBytes,
  kernelCalls,
  kernelInt,
} from './kernel-calls.ts'
import {
  clearSocketPath,
  isAbstract,
  kernelPath,
  openToSenders,
  socketInUse,
  socketPathError,
} from './socket-path.ts'

export interface UnixgramOptions extends Omit<DatagramSource, 'fd'> {
  readonly path: string
  readonly mode: number
  readonly readBufferBytes: number
}

/**
 * The kernel's calls for Unix datagrams.
 *
 * @throws {WeirError} `ADDRESS_UNUSABLE` where they are not to be had
 */
export async function unixgramCalls(path: string): Promise<KernelCalls> {
  const advice = `Cannot listen for StatsD on the Unix datagram socket "${path}": `
  if (process.platform !== 'linux') {
    const message = `${advice}want Linux, got ${process.platform}; send by UDP or a Unix stream socket (statsd.listeners: unixstream) instead`
    throw new WeirError('ADDRESS_UNUSABLE', message)
  }
  try {
    return await kernelCalls()
  } catch (cause) {
    const message = `${advice}want the package koffi with its part for ${process.platform}-${process.arch}, got ${(cause as Error).message}; install with optional packages, or send by UDP or a Unix stream socket instead`
    throw new WeirError('ADDRESS_UNUSABLE', message, { cause })
  }
}

/**
 * Opens a Unix datagram socket. Senders wait when it is full, so nothing is lost.
 *
 * @throws {WeirError} `ADDRESS_IN_USE`, `ADDRESS_UNUSABLE`
 */
export async function listenUnixgram(
  calls: KernelCalls,
  reader: DatagramReader,
  options: UnixgramOptions,
): Promise<Disposable> {
  const { path, mode, readBufferBytes } = options
  const address = unixAddress(path)
  await clearSocketPath(path, () => isHeard(calls, address))
  const fd = calls.socket(AF_UNIX, DATAGRAM_FLAGS, 0)
  try {
    if (fd < 0 || calls.bind(fd, address, address.length) < 0) throw failure(calls, path)
    openToSenders(path, mode)
  } catch (error) {
    if (fd >= 0) calls.close(fd)
    throw error instanceof WeirError ? error : socketPathError(path, error)
  }
  if (readBufferBytes > 0) {
    calls.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, kernelInt(readBufferBytes), 4)
  }
  reader.add({ ...options, fd })
  return {
    [Symbol.dispose]: () => {
      if (!isAbstract(path)) unlinkSync(path)
    },
  }
}

function failure(calls: KernelCalls, path: string): WeirError {
  const errno = calls.errno()
  if (errno === EADDRINUSE) return socketInUse(path)
  return socketPathError(path, new Error(calls.nameOf(errno)))
}

/** Whether somebody has the socket at an address. */
function isHeard(calls: KernelCalls, address: KernelBytes): boolean {
  const fd = calls.socket(AF_UNIX, DATAGRAM_FLAGS, 0)
  const isRefused = calls.connect(fd, address, address.length) < 0 && calls.errno() === ECONNREFUSED
  calls.close(fd)
  return !isRefused
}

/** A `struct sockaddr_un` that is as long as its name: an abstract name ends where the address ends. */
function unixAddress(path: string): KernelBytes {
  const name = Buffer.from(isAbstract(path) ? kernelPath(path) : `${path}\0`)
  const address = kernelBytes(2 + name.length)
  new DataView(address.buffer).setUint16(0, AF_UNIX, true)
  address.set(name, 2)
  return address
}
