import type { WeirError } from '@weir/model'
import type { Telemetry } from '../telemetry/log.ts'
import type { WriteVersion } from './protocol.ts'
import type { WriteOutcome } from './receiver.ts'

/** What happens to remote write requests: each event moves its figures and writes its line together. */
export class RemoteWriteEvents {
  readonly #log: Telemetry['log']
  readonly #requests
  readonly #samples
  readonly #rejected
  readonly #inFlight
  readonly #bytes

  constructor({ registry, log }: Telemetry) {
    this.#log = log
    this.#requests = registry.counter(
      'weir_remote_write_requests_total',
      'Remote write requests by version of the protocol and outcome: stored, partial (the good part is), or the code of the error.',
      ['version', 'outcome'],
    )
    this.#samples = registry.counter(
      'weir_remote_write_written_total',
      'What remote write brought into the store, by version and kind: sample, histogram or exemplar.',
      ['version', 'kind'],
    )
    this.#rejected = registry.counter(
      'weir_remote_write_rejected_total',
      'Samples and histograms of remote write that were not kept, by version and reason.',
      ['version', 'reason'],
    )
    this.#inFlight = registry.gauge(
      'weir_remote_write_requests_in_flight',
      'Remote write requests under way (remote_write_receiver.max_requests_in_flight).',
    )
    this.#bytes = registry.gauge(
      'weir_remote_write_in_flight_bytes',
      'Packed bytes of the remote write requests under way (remote_write_receiver.max_bytes_in_flight).',
    )
  }

  inFlight(requests: number, bytes: number): void {
    this.#inFlight.set(requests)
    this.#bytes.set(bytes)
  }

  /** A request was read and committed. */
  taken(version: WriteVersion, outcome: WriteOutcome): void {
    this.#samples.inc({ version, kind: 'sample' }, outcome.samples)
    if (outcome.histograms > 0) {
      this.#samples.inc({ version, kind: 'histogram' }, outcome.histograms)
    }
    if (outcome.exemplars > 0) this.#samples.inc({ version, kind: 'exemplar' }, outcome.exemplars)
    const rejected = Object.entries(outcome.rejected)
    this.#requests.inc({ version, outcome: rejected.length === 0 ? 'stored' : 'partial' })
    if (rejected.length === 0) return
    for (const [reason, count] of rejected) this.#rejected.inc({ version, reason }, count)
    const { example } = outcome
    this.#log
      .sampled('remote_write_partial', 60_000)
      ?.warn({ version, rejected: outcome.rejected, example }, 'Remote write kept in part')
  }

  /** Nothing of a request was kept. */
  refused(version: WriteVersion | 'unknown', { code, message }: WeirError): void {
    this.#requests.inc({ version, outcome: code })
    this.#log
      .sampled(`remote_write_${code}`, 60_000)
      ?.warn({ version, code, why: message }, 'Remote write refused')
  }
}
