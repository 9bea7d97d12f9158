import type { AddressInfo, ListenOptions } from 'node:net'
import type { StatsdReject } from '@weir/wire'
import { type ListenerLabels, type StatsdTelemetry, TransportCounts } from '../statsd/telemetry.ts'
import { DatagramReader } from './datagram-reader.ts'
import { kernelDrops } from './kernel-drops.ts'
import { DetectedFrames, LengthFrames } from './length-frames.ts'
import { type FrameTakers, type Frames, LineFrames } from './line-frames.ts'
import {
  type ListenAddress,
  listenError,
  readListenAddress,
  showAddress,
} from './listen-address.ts'
import type { Listener } from './listener.ts'
import {
  clearSocketPath,
  isStreamHeard,
  kernelPath,
  openToSenders,
  socketInUse,
  socketPathError,
} from './socket-path.ts'
import { listenStatsdUdp } from './statsd-udp.ts'
import { listenUnixgram, unixgramCalls } from './statsd-unixgram.ts'
import { listenStream } from './stream-listener.ts'

/** One open way in: a listener, where it came to listen, and what it has received. */
export interface Way {
  readonly listener: Listener
  readonly labels: ListenerLabels
  readonly counts: TransportCounts
  /** Brings the count of packets that the kernel dropped up to now. */
  readonly countDrops: () => Promise<void>
  readonly close: () => Promise<void>
  /** Lines at the last flush and how many a second came before it. */
  linesBefore: number
  linesPerSecond: number
}

/** Who gets what the ways receive. */
export interface WayTakers {
  /** Lines; the bytes are good only during the call. */
  readonly take: (lines: Uint8Array, way: Way) => void
  /** A line or packet that is passed over. */
  readonly refuse: (reason: StatsdReject, beginning: Uint8Array, way: Way) => void
}

/** Opens listeners. */
export class WayOpener implements AsyncDisposable {
  readonly #takers: WayTakers
  readonly #telemetry: StatsdTelemetry
  /** For all Unix datagram sockets; made with the first. */
  #reader: DatagramReader | undefined

  constructor(takers: WayTakers, telemetry: StatsdTelemetry) {
    this.#takers = takers
    this.#telemetry = telemetry
  }

  /** @throws {WeirError} `ADDRESS_IN_USE`, `ADDRESS_UNUSABLE` */
  open(listener: Listener): Promise<Way> {
    switch (listener.transport) {
      case 'udp':
        return this.#openUdp(listener)
      case 'tcp':
        return this.#openTcp(listener)
      case 'unixgram':
        return this.#openUnixgram(listener)
      case 'unixstream':
        return this.#openUnixstream(listener)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader?.[Symbol.asyncDispose]()
  }

  async #openUdp(listener: Listener): Promise<Way> {
    const counts = new TransportCounts()
    // Senders do not wait for a restart: what comes in the milliseconds until the way is there is kept for it.
    const early: Uint8Array[] = []
    let take = (packet: Uint8Array): void => void early.push(Uint8Array.from(packet))
    let labels: ListenerLabels = { transport: listener.transport, listener: listener.address }
    const socket = await listenStatsdUdp({
      address: readListenAddress(listener.address),
      readBufferBytes: listener.readBufferBytes,
      take: (packet) => take(packet),
      senders: listener.senders,
      onStranger: () => this.#telemetry.strangerRefused(labels),
      onError: (error) => this.#telemetry.socketFailed(labels, error),
    })
    const close = (): Promise<void> => Promise.resolve(socket[Symbol.asyncDispose]())
    const countDrops = (): Promise<void> => this.#countDrops(way, socket.address)
    const way = newWay(listener, showAddress(socket.address), { counts, close, countDrops })
    labels = way.labels
    take = (packet) => this.#takers.take(packet, way)
    for (const packet of early) take(packet)
    await countDrops()
    return way
  }

  async #countDrops({ counts, labels }: Way, address: ListenAddress): Promise<void> {
    const dropped = await kernelDrops(address)
    const before = counts.dropped ?? 0
    counts.dropped = dropped
    if (dropped !== undefined && dropped > before) {
      this.#telemetry.packetsDropped(labels, dropped - before)
    }
  }

  async #openTcp(listener: Listener): Promise<Way> {
    const address = readListenAddress(listener.address)
    const frames = (takers: FrameTakers): Frames =>
      new LineFrames(listener.parse.maxLineBytes, takers)
    const place = { host: address.host, port: address.port }
    return this.#openStream(listener, place, {
      frames,
      failure: (e) => listenError('TCP', address, e),
    })
  }

  async #openUnixstream(listener: Listener): Promise<Way> {
    const { address: path, framing, maxPacketBytes } = listener
    const { maxLineBytes } = listener.parse
    await clearSocketPath(path, isStreamHeard)
    const frames = (takers: FrameTakers): Frames => {
      if (framing === 'length') return new LengthFrames(maxPacketBytes, takers)
      if (framing === 'newline') return new LineFrames(maxLineBytes, takers)
      return new DetectedFrames({ maxPacketBytes, maxLineBytes }, takers)
    }
    const failure = (error: NodeJS.ErrnoException): Error =>
      error.code === 'EADDRINUSE' ? socketInUse(path) : socketPathError(path, error)
    const way = await this.#openStream(listener, { path: kernelPath(path) }, { frames, failure })
    openToSenders(path, listener.mode)
    return way
  }

  async #openStream(
    listener: Listener,
    place: ListenOptions,
    options: {
      readonly frames: (takers: FrameTakers) => Frames
      readonly failure: (error: NodeJS.ErrnoException) => Error
    },
  ): Promise<Way> {
    const telemetry = this.#telemetry
    const takers: FrameTakers = {
      take: (lines) => this.#takers.take(lines, way),
      refuse: (reason, beginning) => this.#takers.refuse(reason, beginning, way),
    }
    const server = await listenStream({
      place,
      maxConnections: listener.maxConnections,
      idleTimeoutMs: listener.idleTimeoutMs,
      frames: () => options.frames(takers),
      senders: listener.senders,
      onStranger: () => telemetry.strangerRefused(way.labels),
      onRefused: () => telemetry.connectionRefused(way.labels, listener.maxConnections),
      onIdle: () => telemetry.connectionIdle(way.labels),
      onBroken: (error) => telemetry.connectionFailed(way.labels, error),
      onConnections: (count) => telemetry.connectionsNow(way.labels, count),
      onError: (error) => telemetry.socketFailed(way.labels, error),
    }).catch((error: unknown) => {
      throw options.failure(error as NodeJS.ErrnoException)
    })
    const bound = server.address()
    const address = isInternet(bound)
      ? showAddress({ host: bound.address, port: bound.port })
      : listener.address
    const way = newWay(listener, address, {
      counts: new TransportCounts(),
      close: async () => server[Symbol.asyncDispose](),
      countDrops: () => Promise.resolve(), // a stream waits
    })
    return way
  }

  async #openUnixgram(listener: Listener): Promise<Way> {
    const { address: path, mode, readBufferBytes, maxPacketBytes } = listener
    const calls = await unixgramCalls(path)
    this.#reader ??= new DatagramReader(calls)
    const socket = await listenUnixgram(calls, this.#reader, {
      path,
      mode,
      readBufferBytes,
      maxBytes: maxPacketBytes,
      take: (packet) => this.#takers.take(packet, way),
      tooLong: (beginning) => this.#takers.refuse('packet_too_long', beginning, way),
      onError: (error) => this.#telemetry.socketFailed(way.labels, error),
    })
    const way = newWay(listener, path, {
      counts: new TransportCounts(),
      close: async () => socket[Symbol.dispose](),
      countDrops: () => Promise.resolve(), // senders wait
    })
    return way
  }
}

function isInternet(bound: AddressInfo | string | null): bound is AddressInfo {
  return bound !== null && typeof bound !== 'string'
}

function newWay(
  listener: Listener,
  address: string,
  rest: Pick<Way, 'counts' | 'close' | 'countDrops'>,
): Way {
  const labels = { transport: listener.transport, listener: address }
  return { listener, labels, ...rest, linesBefore: 0, linesPerSecond: 0 }
}
