import type { Socket } from 'node:dgram'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import {
  type KernelCalls,
  RECV_FLAGS,
  SOL_SOCKET,
  SO_RCVBUFFORCE,
  kernelBytes,
  kernelCalls,
  kernelInt,
} from './kernel-calls.ts'
import { inodesIn } from './kernel-drops.ts'
import type { ListenAddress } from './listen-address.ts'
import type { Senders } from './senders.ts'
import { SourceAddress } from './source-address.ts'

/** No UDP packet is longer. */
const PACKET_BYTES = 65_536

/**
 * Between two looks at the socket: 1 ms with the smallest usual buffer, 208 KiB, which has room for 90 packets of
 * 1.4 kB; longer with a larger one.
 */
const REST_MS_MAX = 4
const REST_BYTES = 512 * 1024

/** So many rests, then whatever else the thread has to do gets its turn. */
const TURN_RESTS = 2

/** Packets that come further apart than this are left to Node, one by one. */
const BUSY_MS = 2

/** Who takes packets, and from whom. */
export interface PacketTaker {
  /** Gets a packet; its bytes are good only during the call. */
  readonly take: (packet: Uint8Array) => void
  readonly senders: Senders
  /** A packet came from somebody who may not send. */
  readonly onStranger: () => void
}

export interface DrainOptions extends PacketTaker {
  /** The address that the socket is bound to. */
  readonly host: string
  /** The socket's receive buffer, as the kernel gave it. */
  readonly bufferBytes: number
}

type DrainCalls = Pick<KernelCalls, 'recv' | 'recvfrom'>

/**
 * Takes UDP packets that wait in a socket of Node's. Node reads each packet in a turn of its own: memory, an address
 * as text, an event. The kernel's `recv` costs less, so where packets are many Node reads the first of them and this
 * the others; where not everybody may send, `recvfrom` tells whose they are:
 *
 *     Node's event for a packet → take what waits → sleep 1 to 4 ms → take what came → … twice, then back to Node
 *
 * The thread sleeps, it does not spin: many packets then come at a time, and a waking up, which costs more than a
 * packet, is shared by them. Measured, all that is done with a packet of one line included, 20,000 a second
 * (bench/src/statsd-senders.ts): 5.3 µs of processor time by Node alone, 2.9 with the drain, 3.0 with a list of senders.
 */
export class UdpDrain {
  readonly #calls: DrainCalls
  readonly #fd: number
  readonly #taker: PacketTaker
  readonly #source: SourceAddress
  readonly #restMs: number
  readonly #buffer = kernelBytes(PACKET_BYTES)
  readonly #bed = new Int32Array(new SharedArrayBuffer(4))
  #endedMs = -Infinity
  #hadTurn = false

  constructor(calls: DrainCalls, fd: number, { host, bufferBytes, ...taker }: DrainOptions) {
    this.#calls = calls
    this.#fd = fd
    this.#taker = taker
    this.#source = new SourceAddress(host)
    this.#restMs = Math.min(Math.max(1, bufferBytes / REST_BYTES), REST_MS_MAX)
  }

  /** To be called after each packet that Node has read, while the socket is open. */
  turn(): void {
    // Node reads up to 32 packets before others have their turn: one of them may take so long.
    if (this.#hadTurn) return
    const beganMs = performance.now()
    const endMs = beganMs + this.#restMs * TURN_RESTS
    const isBusy = beganMs - this.#endedMs < BUSY_MS
    if (this.#takeAll(endMs) > 0 || isBusy) {
      this.#hadTurn = true
      setImmediate(() => {
        this.#hadTurn = false
      })
      for (let rest = 0; rest < TURN_RESTS && performance.now() < endMs; rest++) {
        Atomics.wait(this.#bed, 0, 0, this.#restMs)
        this.#takeAll(endMs)
      }
    }
    this.#endedMs = performance.now()
  }

  /** Takes packets until none is left or it is time to stop; how many. */
  #takeAll(untilMs: number): number {
    const buffer = this.#buffer
    const { take, senders, onStranger } = this.#taker
    for (let count = 0; ; count++) {
      const length = senders.isLimited ? this.#receiveFrom() : this.#receive()
      // Nothing there; or an error, of which Node will hear too.
      if (length < 0) return count
      if (senders.isLimited && !senders.hasSource(this.#source)) onStranger()
      else take(buffer.subarray(0, length))
      if (count % 64 === 63 && performance.now() > untilMs) return count + 1
    }
  }

  #receive(): number {
    return this.#calls.recv(this.#fd, this.#buffer, PACKET_BYTES, RECV_FLAGS)
  }

  #receiveFrom(): number {
    const { bytes, length } = this.#source
    return this.#calls.recvfrom(this.#fd, this.#buffer, PACKET_BYTES, RECV_FLAGS, bytes, length)
  }
}

/**
 * The way to the packets of a bound UDP socket; undefined where there is none: not on Linux, koffi has no part for
 * this processor, or `/proc` is hidden. Asks for the receive buffer again in the way that administrators may.
 */
export async function openDrain(
  socket: Socket,
  { wantedBytes, ...taker }: PacketTaker & { readonly wantedBytes: number },
): Promise<UdpDrain | undefined> {
  if (process.platform !== 'linux') return undefined
  try {
    const { address: host, port } = socket.address()
    const fd = await descriptorOf({ host, port })
    if (fd === undefined) return undefined
    const calls = await kernelCalls()
    if (socket.getRecvBufferSize() < wantedBytes) {
      calls.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, kernelInt(wantedBytes), 4)
    }
    return new UdpDrain(calls, fd, { ...taker, host, bufferBytes: socket.getRecvBufferSize() })
  } catch {
    return undefined
  }
}

/** The descriptor of this process's UDP socket that is bound to an address: Node does not tell it. */
async function descriptorOf(address: ListenAddress): Promise<number | undefined> {
  const table = await readFile(isIPv6(address.host) ? '/proc/net/udp6' : '/proc/net/udp', 'utf8')
  const wanted = new Set(inodesIn(table, address).map((inode) => `socket:[${inode}]`))
  const found: number[] = []
  for (const fd of await readdir('/proc/self/fd')) {
    // One that was closed meanwhile has no link any more.
    const link = await readlink(`/proc/self/fd/${fd}`).catch(() => '')
    if (wanted.has(link)) found.push(Number(fd))
  }
  return found.length === 1 ? found[0] : undefined
}
