import type { RelayTarget } from '../statsd/relay-config.ts'
import type { RelayTelemetry } from './relay-telemetry.ts'

/** How packets get to a target. */
export interface RelayWay extends AsyncDisposable {
  /** Bytes that have not left yet. */
  readonly queuedBytes: number
  /** Takes a packet that is not changed afterwards; tells whether it left. Never waits, never throws. */
  send(packet: Uint8Array, done: (hasLeft: boolean) => void): void
}

const NEWLINE = 0x0a
const RETURN = 0x0d

/**
 * Sends lines on to another StatsD server, as they came: bad ones too, in their order, packed up to
 * `packet_length` with a newline behind each, as statsd_exporter relays them. It never slows the intake: what
 * the target does not take in time is dropped and counted.
 */
export class Relay implements AsyncDisposable {
  readonly #target: RelayTarget
  readonly #way: RelayWay
  readonly #telemetry: RelayTelemetry
  #packet: Uint8Array
  #length = 0
  #lines = 0

  constructor(target: RelayTarget, way: RelayWay, telemetry: RelayTelemetry) {
    this.#target = target
    this.#way = way
    this.#telemetry = telemetry
    this.#packet = new Uint8Array(target.packet_length)
  }

  /** Packs the lines of `bytes[0, to)`. */
  take(bytes: Uint8Array, to: number): void {
    for (let from = 0; from < to;) {
      let end = bytes.indexOf(NEWLINE, from)
      if (end < 0 || end > to) end = to
      const lineEnd = end > from && bytes[end - 1] === RETURN ? end - 1 : end
      if (lineEnd > from) this.#add(bytes, from, lineEnd)
      from = end + 1
    }
  }

  /** Sends what has been packed; somebody calls it every second, so that no line waits longer. */
  flush(): void {
    const { address } = this.#target
    const lines = this.#lines
    if (lines === 0) return
    const packet = this.#packet.slice(0, this.#length)
    this.#length = 0
    this.#lines = 0
    if (this.#way.queuedBytes + packet.length > this.#target.max_queued_bytes) {
      this.#telemetry.dropped(address, 'queue_full', lines)
      return
    }
    this.#way.send(packet, (hasLeft) => {
      if (hasLeft) this.#telemetry.relayed(address, lines)
      else this.#telemetry.dropped(address, 'send_failed', lines)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.flush()
    await this.#way[Symbol.asyncDispose]()
  }

  #add(bytes: Uint8Array, from: number, to: number): void {
    const length = to - from + 1
    if (length > this.#packet.length) {
      this.#telemetry.dropped(this.#target.address, 'line_too_long', 1)
      return
    }
    if (this.#length + length > this.#packet.length) this.flush()
    this.#packet.set(bytes.subarray(from, to), this.#length)
    this.#packet[this.#length + length - 1] = NEWLINE
    this.#length += length
    this.#lines++
  }
}
