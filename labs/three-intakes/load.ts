/** What senders do: StatsD by UDP, remote write and OTLP, each spread over all intakes that live. */
import { createSocket } from 'node:dgram'
import { encodeOtlp, encodeWriteRequestV1, packSnappy } from '@weir/wire'
import type { Intake } from './intake.ts'

const LINES_A_PACKET = 20
const PACKETS_A_TURN = 3
const TURN_MS = 50

export class Load {
  /** Lines by intake. */
  readonly lines = new Map<Intake, number>()
  written = 0
  increments = 0
  /** Increments that were told again since nobody had answered. */
  toldAgain = 0
  readonly #intakes: readonly Intake[]
  readonly #socket = createSocket('udp4')
  readonly #timers: NodeJS.Timeout[] = []
  readonly #posts = new Set<Promise<void>>()
  #turn = 0
  #isTelling = false

  constructor(intakes: readonly Intake[]) {
    this.#intakes = intakes
  }

  get linesSent(): number {
    return [...this.lines.values()].reduce((sum, count) => sum + count, 0)
  }

  start(): void {
    this.#timers.push(
      setInterval(() => this.#sendLines(), TURN_MS),
      setInterval(() => this.#post(this.#write()), 250),
      setInterval(() => this.#post(this.#tell()), 250),
    )
  }

  /** As a load balancer that knows who lives: one after the other. */
  #next(): Intake {
    const alive = this.#intakes.filter(({ isUp }) => isUp)
    return alive[this.#turn++ % alive.length]
  }

  #sendLines(): void {
    for (let i = 0; i < PACKETS_A_TURN; i++) {
      const intake = this.#next()
      const lines = Array.from({ length: LINES_A_PACKET }, (_, k) => `lab.orders:1|c|#shop:s${k}`)
      this.#socket.send(lines.join('\n'), intake.statsdPort, '127.0.0.1')
      this.lines.set(intake, (this.lines.get(intake) ?? 0) + LINES_A_PACKET)
    }
  }

  /** Whoever gets no answer sends it again, to the next one. */
  #post(work: Promise<void>): void {
    this.#posts.add(work)
    void work.finally(() => this.#posts.delete(work))
  }

  /** How many times it was sent in vain. */
  async #send(path: string, body: Uint8Array, headers: Record<string, string>): Promise<number> {
    for (let i = 0; i < 50; i++) {
      const answer = await fetch(this.#next().web + path, {
        method: 'POST',
        body: new Uint8Array(body),
        headers,
      }).catch(() => undefined)
      if (answer?.ok === true) return i
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`Cannot send to ${path}: no intake takes it`)
  }

  async #write(): Promise<void> {
    const timeMs = Date.now()
    const series = Array.from({ length: 20 }, (_, i) => ({
      labels: ['__name__', 'lab_written', 'series', String(i)],
      samples: [[timeMs, i] as const],
    }))
    await this.#send('/api/v1/write', packSnappy(encodeWriteRequestV1(series)), {
      'content-encoding': 'snappy',
      'content-type': 'application/x-protobuf',
    })
    this.written += series.length
  }

  /** One at a time, as exporters do: of increments of one stream an older one does not count any more. */
  async #tell(): Promise<void> {
    if (this.#isTelling) return
    this.#isTelling = true
    const endNs = BigInt(Date.now()) * 1_000_000n
    const point = {
      startTimeUnixNano: String(endNs - 250_000_000n),
      timeUnixNano: String(endNs),
      asDouble: 3,
      attributes: [],
    }
    const sum = { dataPoints: [point], aggregationTemporality: 1, isMonotonic: true }
    const metrics = [{ name: 'lab_increments', sum }]
    const request = {
      resourceMetrics: [{ resource: { attributes: [] }, scopeMetrics: [{ metrics }] }],
    }
    const inVain = await this.#send('/api/v1/otlp/v1/metrics', encodeOtlp(request), {
      'content-type': 'application/x-protobuf',
    })
    this.#isTelling = false
    this.increments += 3
    this.toldAgain += 3 * inVain
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    await Promise.all(this.#posts)
    this.#socket.close()
  }
}
