import type { Clock } from '@weir/model'
import { WeirError } from '@weir/model'
import type { RelayTarget } from '../statsd/relay-config.ts'
import type { Telemetry } from '../telemetry/log.ts'
import { Relay } from './relay.ts'
import { RelayTelemetry } from './relay-telemetry.ts'
import { TcpRelayWay, UdpRelayWay } from './relay-ways.ts'

/** No line waits longer for others to fill a packet. */
const FLUSH_MS = 1000

/** All targets that lines are sent on to. */
export class Relays implements AsyncDisposable {
  readonly #relays: readonly Relay[]
  readonly #clock: Clock
  readonly #closing = new AbortController()
  readonly #flushing: Promise<void>

  constructor(targets: readonly RelayTarget[], telemetry: Telemetry, clock: Clock) {
    const own = new RelayTelemetry(telemetry)
    this.#clock = clock
    this.#relays = targets.map((target) => {
      const { address, protocol } = target
      const options = {
        address,
        clock,
        onUnreachable: (error: Error) => own.unreachable(address, error),
      }
      const way = protocol === 'udp' ? new UdpRelayWay(options) : new TcpRelayWay(options)
      return new Relay(target, way, own)
    })
    this.#flushing = this.#relays.length === 0 ? Promise.resolve() : this.#flushForever()
  }

  /** The lines of `bytes[0, to)`, before anybody has looked at them. */
  take(bytes: Uint8Array, to: number): void {
    for (const relay of this.#relays) relay.take(bytes, to)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await this.#flushing
    await Promise.all(this.#relays.map((relay) => relay[Symbol.asyncDispose]()))
  }

  async #flushForever(): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      try {
        await this.#clock.sleep(FLUSH_MS, signal)
      } catch {
        return // only an abort ends a sleep early
      }
      for (const relay of this.#relays) relay.flush()
    }
  }
}

/**
 * Lines that come back would go round for ever.
 *
 * @throws {WeirError} `CONFIG_INVALID` for a target that is a listener of this Weir
 */
export function refuseLoops(
  targets: readonly RelayTarget[],
  open: readonly { readonly kind: string; readonly address: string }[],
): void {
  for (const { address, protocol } of targets) {
    const isOwn = open.some((way) => way.kind === `statsd-${protocol}` && way.address === address)
    if (!isOwn) continue
    const message = `Cannot relay StatsD to "${address}": want another server, got a listener of this Weir; remove it from statsd.relay`
    throw new WeirError('CONFIG_INVALID', message)
  }
}
