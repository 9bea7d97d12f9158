import { type Socket as UdpSocket, createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { type Socket, connect } from 'node:net'
import { fence } from '@weir/fetch/fence'
import type { Clock } from '@weir/model'
import { type ListenAddress, readListenAddress } from './listen-address.ts'
import type { RelayWay } from './relay.ts'

/** How long a resolved name counts. */
const RESOLVED_MS = 60_000
const RETRY_MIN_MS = 1000
const RETRY_MAX_MS = 30_000
/** How long what is left may take to go out when Weir stops. */
const GOODBYE_MS = 1000

export interface RelayWayOptions {
  readonly address: string
  readonly clock: Clock
  readonly onUnreachable: (error: Error) => void
}

/** By UDP. The name is looked up again every minute: a target that moves is found again. */
export class UdpRelayWay implements RelayWay {
  queuedBytes = 0
  readonly #to: ListenAddress
  readonly #options: RelayWayOptions
  #socket: UdpSocket | undefined
  #ip = ''
  #resolvedMs = -Infinity

  constructor(options: RelayWayOptions) {
    this.#options = options
    this.#to = readListenAddress(options.address)
  }

  send(packet: Uint8Array, done: (hasLeft: boolean) => void): void {
    this.queuedBytes += packet.length
    const finish = (error?: Error | null): void => {
      this.queuedBytes -= packet.length
      if (error) this.#options.onUnreachable(error)
      done(!error)
    }
    const nowMs = this.#options.clock.monotonicMs()
    if (this.#socket !== undefined && nowMs - this.#resolvedMs < RESOLVED_MS) {
      this.#socket.send(packet, this.#to.port, this.#ip, finish)
      return
    }
    this.#resolve(nowMs).then(
      (socket) => socket.send(packet, this.#to.port, this.#ip, finish),
      finish,
    )
  }

  [Symbol.asyncDispose](): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket === undefined) resolve()
      // What was handed to the kernel leaves in the same turn.
      else setImmediate(() => this.#socket!.close(() => resolve()))
    })
  }

  async #resolve(nowMs: number): Promise<UdpSocket> {
    const { address, family } = await lookup(this.#to.host)
    fence().checkHost('relay', this.#to.host)
    fence().checkAddress('relay', this.#to.host, address)
    this.#resolvedMs = nowMs
    if (this.#socket === undefined || address.includes(':') !== this.#ip.includes(':')) {
      this.#socket?.close()
      this.#socket = createSocket({
        type: family === 6 ? 'udp6' : 'udp4',
        // Addresses only: without this Node would ask the resolver for each packet.
        lookup: (ip, _options, callback) => callback(null, ip, family),
      })
      this.#socket.on('error', this.#options.onUnreachable)
    }
    this.#ip = address
    return this.#socket
  }
}

interface Waiting {
  readonly packet: Uint8Array
  readonly done: (hasLeft: boolean) => void
}

/** By TCP. A connection that breaks is made anew, after 1 s, then twice as long up to 30 s; meanwhile packets wait. */
export class TcpRelayWay implements RelayWay {
  queuedBytes = 0
  readonly #to: ListenAddress
  readonly #options: RelayWayOptions
  readonly #closing = new AbortController()
  #socket: Socket | undefined
  #isConnected = false
  #waiting: Waiting[] = []
  #retryMs = RETRY_MIN_MS

  constructor(options: RelayWayOptions) {
    this.#options = options
    this.#to = readListenAddress(options.address)
    this.#connect()
  }

  send(packet: Uint8Array, done: (hasLeft: boolean) => void): void {
    this.queuedBytes += packet.length
    const finish = (hasLeft: boolean): void => {
      this.queuedBytes -= packet.length
      done(hasLeft)
    }
    if (this.#isConnected) this.#socket!.write(packet, (error) => finish(!error))
    else this.#waiting.push({ packet, done: finish })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    for (const { done } of this.#waiting.splice(0)) done(false)
    const socket = this.#socket
    if (socket === undefined) return
    await new Promise<void>((resolve) => {
      socket.once('close', () => resolve())
      socket.setTimeout(GOODBYE_MS, () => socket.destroy())
      if (this.#isConnected) socket.end()
      else socket.destroy()
    })
  }

  #connect(): void {
    const { host, port } = this.#to
    try {
      fence().checkHost('relay', host)
    } catch (error) {
      this.#options.onUnreachable(error as Error)
      void this.#again() // as after any other reason not to be connected
      return
    }
    const socket = connect({ host, port, lookup: fence().lookup('relay') })
    this.#socket = socket
    socket.on('connect', () => {
      this.#isConnected = true
      this.#retryMs = RETRY_MIN_MS
      for (const { packet, done } of this.#waiting.splice(0)) {
        socket.write(packet, (error) => done(!error))
      }
    })
    socket.resume() // a StatsD server answers nothing; what it says all the same is thrown away
    socket.on('error', this.#options.onUnreachable)
    socket.on('close', () => {
      this.#isConnected = false
      this.#socket = undefined
      void this.#again()
    })
  }

  async #again(): Promise<void> {
    const pauseMs = this.#retryMs
    this.#retryMs = Math.min(pauseMs * 2, RETRY_MAX_MS)
    try {
      await this.#options.clock.sleep(pauseMs, this.#closing.signal)
    } catch {
      return // closed meanwhile
    }
    this.#connect()
  }
}
