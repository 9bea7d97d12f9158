import { type Socket, createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { type ListenAddress, listenError } from './listen-address.ts'
import { type PacketTaker, type UdpDrain, openDrain } from './udp-drain.ts'

export interface StatsdUdp extends AsyncDisposable {
  readonly address: ListenAddress
}

export interface StatsdUdpOptions extends PacketTaker {
  readonly address: ListenAddress
  readonly readBufferBytes: number
  readonly onError: (error: Error) => void
}

/**
 * Opens the UDP socket. It hands each packet on as it comes; what the process cannot take in time waits in
 * the kernel's receive buffer, and what finds no room there is lost by the kernel, which counts it
 * (`kernel-drops.ts`).
 *
 * Of many packets Node reads the first, and the drain those behind it: Node's reading costs more than all that is
 * done with a packet.
 *
 * @throws {WeirError} `ADDRESS_IN_USE`, `ADDRESS_UNUSABLE`
 */
export async function listenStatsdUdp(options: StatsdUdpOptions): Promise<StatsdUdp> {
  const { address } = options
  const socket = createSocket(isIPv6(address.host) ? 'udp6' : 'udp4')
  await bound(socket, address)
  askForBuffer(socket, options.readBufferBytes)
  const { address: host, port } = socket.address()
  // Before the drain: what comes while it is opened is not lost.
  const behind: { drain?: UdpDrain | undefined } = {}
  const { senders } = options
  socket.on('message', (packet, { address: from }) => {
    if (senders.has(from)) options.take(packet)
    else options.onStranger()
    behind.drain?.turn()
  })
  socket.on('error', options.onError)
  behind.drain = await openDrain(socket, { ...options, wantedBytes: options.readBufferBytes })
  return opened(socket, { host, port })
}

function opened(socket: Socket, address: ListenAddress): StatsdUdp {
  return {
    address,
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
