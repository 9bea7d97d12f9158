import { type Clock, type ErrorCode, WeirError } from '@weir/model'
import type { IntakeStatus } from '@weir/packs'
import type { RequestHead } from '../http/route.ts'
import type { Telemetry } from '../telemetry/log.ts'
import { Admission } from './admission.ts'
import type { PushLimits } from './config.ts'
import { PushEvents, type PushNames } from './events.ts'
import type { PushOutcome } from './outcome.ts'
import { RecentRate } from './recent-rate.ts'

const SHOWN = 200

/**
 * One way of pushing by HTTP as the main thread sees it: who is admitted, what is counted, what the
 * status page shows. The bodies themselves are the push thread's.
 */
export class PushIntake<Variant extends string = string> {
  readonly limits: PushLimits
  readonly #options: PushIntakeOptions<Variant>
  readonly #events: PushEvents<Variant>
  readonly #clock: Clock
  readonly #admission: Admission
  readonly #rate = new RecentRate()
  readonly #rejected = new Map<string, number>()
  #samples = 0
  #lastRejected: IntakeStatus['lastRejected'] = null

  constructor(
    options: PushIntakeOptions<Variant>,
    { telemetry, clock }: { readonly telemetry: Telemetry; readonly clock: Clock },
  ) {
    this.#options = options
    this.limits = options.limits
    this.#events = new PushEvents(telemetry, options)
    this.#clock = clock
    this.#admission = new Admission(options.limits)
  }

  /**
   * Takes a request in before its body is read; what it gives is called once when the request is over.
   *
   * @throws {WeirError} `PUSH_BUSY`, or the protocol's own code, when too much is under way
   */
  admit(head: Pick<RequestHead, 'contentLength'>): () => void {
    const over = this.#admission.admit(head)
    const { requests, bytes } = this.#admission
    if (over === undefined) {
      const { title, busy = 'PUSH_BUSY' } = this.#options
      const why = `${requests} with ${bytes} bytes are under way; come again later`
      const what = `Cannot take one more ${title.toLowerCase()} request`
      const error = new WeirError(busy, `${what}: ${why}`)
      this.refused('unknown', error)
      throw error
    }
    this.#events.inFlight(requests, bytes)
    return () => {
      over()
      this.#events.inFlight(this.#admission.requests, this.#admission.bytes)
    }
  }

  /** A request was read and committed. */
  taken(variant: string, outcome: PushOutcome): void {
    this.#events.taken(variant, outcome)
    const samples = outcome.samples + outcome.histograms
    this.#samples += samples
    this.#rate.add(samples, this.#clock.monotonicMs())
    const reasons = Object.entries(outcome.rejected)
    for (const [reason, count] of reasons) this.#count(reason, count)
    if (reasons.length > 0) this.#remember(outcome.example, reasons[0]![0])
  }

  /** Nothing of a request was kept. */
  refused(variant: string, error: WeirError): void {
    this.#events.refused(variant, error)
    this.#count(error.code, 1)
    this.#remember(error.message, error.code)
  }

  /** @param base where this Weir's HTTP is, such as `http://127.0.0.1:9347` */
  status(base: string): IntakeStatus {
    const { kind, origin, path } = this.#options
    return {
      kind,
      address: (origin?.() ?? base) + path,
      linesPerSecond: this.#rate.perSecond(this.#clock.monotonicMs()),
      lines: this.#samples,
      counts: 'samples',
      rejected: Object.fromEntries(this.#rejected),
      lastRejected: this.#lastRejected,
    }
  }

  #count(reason: string, count: number): void {
    this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + count)
  }

  #remember(line: string, reason: string): void {
    this.#lastRejected = { line: line.slice(0, SHOWN), reason, atMs: this.#clock.now() }
  }
}

export interface PushIntakeOptions<Variant extends string> extends PushNames<Variant> {
  /** On the status page: `remote-write`. */
  readonly kind: string
  /** The first path that it answers at, for the status page. */
  readonly path: string
  /** Where it is when it has a port of its own; the page's HTTP otherwise. */
  readonly origin?: () => string
  readonly limits: PushLimits
  /** What a sender is told when too much is under way; `PUSH_BUSY` unless the protocol has a code of its own. */
  readonly busy?: ErrorCode
}

/** All ways of pushing that are open; each adds itself when its routes are made. */
export class PushIntakes {
  readonly #intakes: { status(base: string): IntakeStatus }[] = []

  add<Intake extends { status(base: string): IntakeStatus }>(intake: Intake): Intake {
    this.#intakes.push(intake)
    return intake
  }

  status(base: string): IntakeStatus[] {
    return this.#intakes.map((intake) => intake.status(base))
  }
}
