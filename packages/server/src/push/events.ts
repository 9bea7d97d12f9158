import type { WeirError } from '@weir/model'
import type { Telemetry } from '../telemetry/log.ts'
import type { PushOutcome } from './outcome.ts'

/** What a way of pushing is called, in metrics and to people. */
export interface PushNames<Variant extends string> {
  /** In the names of its metrics: `weir_PART_requests_total`. */
  readonly part: string
  /** At the beginning of a sentence: `Remote write`. */
  readonly title: string
  /** The label that tells dialects of the protocol apart, such as `version`. */
  readonly variant: Variant
  /** Its section in weir.yml. */
  readonly section: string
}

/** What happens to requests that push samples: each event moves its figures and writes its line together. */
export class PushEvents<Variant extends string> {
  readonly #names: PushNames<Variant>
  readonly #log: Telemetry['log']
  readonly #requests
  readonly #written
  readonly #rejected
  readonly #inFlight
  readonly #bytes

  constructor({ registry, log }: Telemetry, names: PushNames<Variant>) {
    const { part, title, variant, section } = names
    this.#names = names
    this.#log = log
    this.#requests = registry.counter(
      `weir_${part}_requests_total`,
      `${title} requests by ${variant} and outcome: stored, partial (the good part is), or the code of the error.`,
      [variant, 'outcome'] as const,
    )
    this.#written = registry.counter(
      `weir_${part}_written_total`,
      `What came into the store this way, by ${variant} and kind: sample, histogram or exemplar.`,
      [variant, 'kind'] as const,
    )
    this.#rejected = registry.counter(
      `weir_${part}_rejected_total`,
      `What came this way and was not kept, by ${variant} and reason.`,
      [variant, 'reason'] as const,
    )
    this.#inFlight = registry.gauge(
      `weir_${part}_requests_in_flight`,
      `${title} requests under way (${section}.max_requests_in_flight).`,
    )
    this.#bytes = registry.gauge(
      `weir_${part}_in_flight_bytes`,
      `Bytes, as they are sent, of the ${title.toLowerCase()} requests under way (${section}.max_bytes_in_flight).`,
    )
  }

  inFlight(requests: number, bytes: number): void {
    this.#inFlight.set(requests)
    this.#bytes.set(bytes)
  }

  /** A request was read and committed. */
  taken(variant: string, outcome: PushOutcome): void {
    const { samples, histograms, exemplars, rejected, example } = outcome
    this.#written.inc(this.#labels(variant, 'kind', 'sample'), samples)
    if (histograms > 0) this.#written.inc(this.#labels(variant, 'kind', 'histogram'), histograms)
    if (exemplars > 0) this.#written.inc(this.#labels(variant, 'kind', 'exemplar'), exemplars)
    const reasons = Object.entries(rejected)
    const became = reasons.length === 0 ? 'stored' : 'partial'
    this.#requests.inc(this.#labels(variant, 'outcome', became))
    if (reasons.length === 0) return
    for (const [reason, count] of reasons) {
      this.#rejected.inc(this.#labels(variant, 'reason', reason), count)
    }
    const { part, title } = this.#names
    this.#log
      .sampled(`${part}_partial`, 60_000)
      ?.warn({ [this.#names.variant]: variant, rejected, example }, `${title} kept in part`)
  }

  /** Nothing of a request was kept. */
  refused(variant: string, { code, message }: WeirError): void {
    this.#requests.inc(this.#labels(variant, 'outcome', code))
    const { part, title } = this.#names
    this.#log
      .sampled(`${part}_${code}`, 60_000)
      ?.warn({ [this.#names.variant]: variant, code, why: message }, `${title} refused`)
  }

  #labels<Name extends string>(
    variant: string,
    name: Name,
    value: string,
  ): Readonly<Record<Variant | Name, string>> {
    return { [this.#names.variant]: variant, [name]: value } as Record<Variant | Name, string>
  }
}
