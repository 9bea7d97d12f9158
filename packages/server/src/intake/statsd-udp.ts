import { type Socket, createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { type ListenAddress, listenError } from './listen-address.ts'

export interface StatsdUdp extends AsyncDisposable {
  readonly address: ListenAddress
}

/**
 * Opens the UDP socket. It hands each packet on as it comes; what the process cannot take in time waits in
 * the kernel's receive buffer, and what finds no room there is lost by the kernel, which counts it
 * (`kernel-drops.ts`).
 *
 * Most of what a packet costs is Node's and the kernel's. Resting 0.25 to 4 ms between turns, so that more
 * packets come in one, costs as much as it saves.
 *
 * @param take gets the packet; its bytes are good only during the call
 * @throws {WeirError} `ADDRESS_IN_USE`, `ADDRESS_UNUSABLE`
 */
export async function listenStatsdUdp(options: {
  readonly address: ListenAddress
  readonly readBufferBytes: number
  readonly take: (packet: Uint8Array) => void
  readonly onError: (error: Error) => void
}): Promise<StatsdUdp> {
  const { address } = options
  const socket = createSocket(isIPv6(address.host) ? 'udp6' : 'udp4')
  await bound(socket, address)
  askForBuffer(socket, options.readBufferBytes)
  socket.on('message', options.take)
  socket.on('error', options.onError)
  const { address: host, port } = socket.address()
  return {
    address: { host, port },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        socket.close(() => resolve())
      }),
  }
}

/** Linux gives what it may and says nothing; other systems refuse what is too much, and half may do. */
function askForBuffer(socket: Socket, wantedBytes: number): void {
  for (let bytes = wantedBytes; bytes > socket.getRecvBufferSize(); bytes = Math.floor(bytes / 2)) {
    try {
      socket.setRecvBufferSize(bytes)
      return
    } catch {
      // too much for this system
    }
  }
}

function bound(socket: Socket, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => reject(listenError('UDP', address, error))
    socket.once('error', onError)
    socket.bind({ address: address.host, port: address.port }, () => {
      socket.off('error', onError)
      resolve()
    })
  })
}
