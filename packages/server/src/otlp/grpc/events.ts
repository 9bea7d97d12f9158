import type { Telemetry } from '../../telemetry/log.ts'

/** Why a connection was closed by us. */
export type ClosedFor =
  | 'limit' // one more than web.max_connections
  | 'silent' // it did not answer a ping: its sender is gone, or never spoke HTTP/2
  | 'broken' // not HTTP/2, or a flood of resets, pings or settings

/** What happens to connections of OTLP/gRPC; what happens to requests is told by their intake. */
export class GrpcEvents {
  readonly #log: Telemetry['log']
  readonly #open
  readonly #closed

  constructor({ registry, log }: Telemetry) {
    this.#log = log
    this.#open = registry.gauge(
      'weir_otlp_grpc_connections',
      'Connections of OTLP/gRPC that are open (web.max_connections).',
    )
    this.#closed = registry.counter(
      'weir_otlp_grpc_connections_closed_total',
      'Connections of OTLP/gRPC that Weir closed, by reason: limit, silent or broken.',
      ['reason'],
    )
  }

  connections(count: number): void {
    this.#open.set(count)
  }

  closed(reason: ClosedFor, why = ''): void {
    this.#closed.inc({ reason })
    this.#log
      .sampled(`otlp_grpc_${reason}`, 60_000)
      ?.warn({ reason, why }, 'Connection of OTLP/gRPC closed')
  }
}
