import type { WeirError } from '@weir/model'
import type { Telemetry } from '../../telemetry/log.ts'
import type { LogOutcome, LogProtocol } from '../receive/log-request.ts'

/** What happens to requests with lines: each event moves its figures and writes its line together. */
export class LogEvents {
  readonly #log: Telemetry['log']
  readonly #requests
  readonly #lines
  readonly #bytes
  readonly #rejected
  readonly #mended
  readonly #inFlight
  readonly #inFlightBytes

  constructor({ registry, log }: Telemetry) {
    this.#log = log
    this.#requests = registry.counter(
      'weir_logs_requests_total',
      'Requests with lines by protocol and outcome: stored, partial (the good part is), or the code of the error.',
      ['protocol', 'outcome'],
    )
    this.#lines = registry.counter(
      'weir_logs_lines_total',
      'Lines that came into the store by HTTP, by protocol.',
      ['protocol'],
    )
    this.#bytes = registry.counter(
      'weir_logs_received_bytes_total',
      'Bytes of the requests that brought them, unpacked, by protocol.',
      ['protocol'],
    )
    this.#rejected = registry.counter(
      'weir_logs_rejected_total',
      'Lines that came by HTTP and were not kept, by protocol and reason.',
      ['protocol', 'reason'],
    )
    this.#mended = registry.counter(
      'weir_logs_mended_lines_total',
      'Lines that were kept and not as they came, by protocol and what was wrong: time (unreadable: that of arrival is taken), utf8 (U+FFFD stands for bad bytes), text (no JSON object where one was promised).',
      ['protocol', 'what'],
    )
    this.#inFlight = registry.gauge(
      'weir_logs_requests_in_flight',
      'Requests with lines under way (logs.max_requests_in_flight).',
    )
    this.#inFlightBytes = registry.gauge(
      'weir_logs_in_flight_bytes',
      'Bytes, as they are sent, of the requests with lines under way (logs.max_bytes_in_flight).',
    )
  }

  inFlight(requests: number, bytes: number): void {
    this.#inFlight.set(requests)
    this.#inFlightBytes.set(bytes)
  }

  /** A request was read, and what could be kept of it is. */
  taken(protocol: LogProtocol, outcome: LogOutcome): void {
    const { lines, bytes, rejected, mended } = outcome
    this.#lines.inc({ protocol }, lines)
    this.#bytes.inc({ protocol }, bytes)
    for (const [what, count] of Object.entries(mended)) {
      if (count > 0) this.#mended.inc({ protocol, what }, count)
    }
    const reasons = Object.entries(rejected)
    this.#requests.inc({ protocol, outcome: reasons.length === 0 ? 'stored' : 'partial' })
    if (reasons.length === 0) return
    for (const [reason, count] of reasons) this.#rejected.inc({ protocol, reason }, count)
    this.#log
      .sampled(`logs_${protocol}_partial`, 60_000)
      ?.warn({ protocol, rejected }, 'Lines kept in part') // without the lines: they may hold anything
  }

  /** Nothing of a request was kept. */
  refused(protocol: LogProtocol, { code, message }: WeirError): void {
    this.#requests.inc({ protocol, outcome: code })
    this.#log
      .sampled(`logs_${protocol}_${code}`, 60_000)
      ?.warn({ protocol, code, why: message }, 'Request with lines refused')
  }
}
