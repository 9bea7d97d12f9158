import { type Clock, WeirError } from '@weir/model'
import type { IntakeStatus } from '@weir/packs'
import type { RequestHead } from '../../http/route.ts'
import { Admission } from '../../push/admission.ts'
import { RecentRate } from '../../push/recent-rate.ts'
import type { Telemetry } from '../../telemetry/log.ts'
import type { LogsConfig } from '../config.ts'
import type { LogOutcome, LogProtocol } from '../receive/log-request.ts'
import { LogEvents } from './log-events.ts'
import { SenderRates } from './sender-rates.ts'

const SHOWN = 200

/** What all ways in of lines by HTTP have in common on the main thread: who is admitted, what is counted. */
export class LogGate {
  readonly events: LogEvents
  readonly clock: Clock
  readonly #admission: Admission
  readonly #rates: SenderRates

  constructor(
    limits: LogsConfig,
    { telemetry, clock }: { readonly telemetry: Telemetry; readonly clock: Clock },
  ) {
    this.events = new LogEvents(telemetry)
    this.clock = clock
    this.#admission = new Admission(limits)
    this.#rates = new SenderRates(
      { rate: limits.max_sender_rate, burst: limits.max_sender_burst },
      clock,
    )
  }

  /**
   * Takes a request in before its body is read; what it gives is called once when the request is over.
   *
   * @throws {WeirError} `LOGS_RATE`, `PUSH_BUSY`
   */
  admit(head: RequestHead): () => void {
    const waitMs = this.#rates.waitMs(head.clientIp)
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000)
      throw new WeirError(
        'LOGS_RATE',
        `Cannot take more lines of ${head.clientIp}: rate limit exceeded (logs.max_sender_rate); come again in ${seconds} s`,
      )
    }
    const over = this.#admission.admit(head)
    const { requests, bytes } = this.#admission
    if (over === undefined) {
      const why = `${requests} with ${bytes} bytes are under way; come again later`
      throw new WeirError('PUSH_BUSY', `Cannot take one more request with lines: ${why}`)
    }
    this.events.inFlight(requests, bytes)
    return () => {
      over()
      this.events.inFlight(this.#admission.requests, this.#admission.bytes)
    }
  }

  /** How long a sender should wait before it comes again, in seconds. */
  retrySeconds(sender: string): number {
    return Math.max(1, Math.ceil(this.#rates.waitMs(sender) / 1000))
  }

  charge(sender: string, bytes: number): void {
    this.#rates.charge(sender, bytes)
  }
}

/** One protocol's part of it, as the status page shows it. */
export class LogIntake {
  readonly protocol: LogProtocol
  readonly #path: string
  readonly #gate: LogGate
  readonly #rate = new RecentRate()
  readonly #rejected = new Map<string, number>()
  #lines = 0
  #lastRejected: IntakeStatus['lastRejected'] = null

  /** @param path the first one that it answers at */
  constructor(protocol: LogProtocol, path: string, gate: LogGate) {
    this.protocol = protocol
    this.#path = path
    this.#gate = gate
  }

  /** @throws {WeirError} `LOGS_RATE`, `PUSH_BUSY` */
  admit(head: RequestHead): () => void {
    try {
      return this.#gate.admit(head)
    } catch (error) {
      this.refused(error as WeirError)
      throw error
    }
  }

  retrySeconds(sender: string): number {
    return this.#gate.retrySeconds(sender)
  }

  taken(sender: string, outcome: LogOutcome): void {
    this.#gate.charge(sender, outcome.bytes)
    this.#gate.events.taken(this.protocol, outcome)
    this.#lines += outcome.lines
    this.#rate.add(outcome.lines, this.#gate.clock.monotonicMs())
    const reasons = Object.entries(outcome.rejected)
    for (const [reason, count] of reasons) this.#count(reason, count)
    if (reasons.length > 0) this.#remember(outcome.example, reasons[0]![0])
  }

  /** Nothing of a request was kept. */
  refused(error: WeirError): void {
    this.#gate.events.refused(this.protocol, error)
    this.#count(error.code, 1)
    this.#remember(error.message, error.code)
  }

  /** @param base where this Weir's HTTP is, such as `http://127.0.0.1:9347` */
  status(base: string): IntakeStatus {
    return {
      kind: `logs-${this.protocol}`,
      address: base + this.#path,
      linesPerSecond: this.#rate.perSecond(this.#gate.clock.monotonicMs()),
      lines: this.#lines,
      rejected: Object.fromEntries(this.#rejected),
      lastRejected: this.#lastRejected,
    }
  }

  #count(reason: string, count: number): void {
    this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + count)
  }

  #remember(line: string, reason: string): void {
    this.#lastRejected = { line: line.slice(0, SHOWN), reason, atMs: this.#gate.clock.now() }
  }
}
