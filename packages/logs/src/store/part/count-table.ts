import type { PartCounts } from './part-index.ts'

const MINUTE_NS = 60_000_000_000
const DAY_MINUTES = 1440
const SEVERITIES = 25
/** With fewer lines than this for each entry the table would cost more than it saves. */
const LINES_PER_ENTRY_MIN = 4

/**
 * Counts lines by stream, minute and severity, as they come sorted by stream and time. A minute has its end in it
 * and not its beginning, as LogQL's ranges have.
 */
export class CountTable {
  readonly #entries: number[] = []
  #stream = -1
  #minute = -1
  readonly #lines = new Uint32Array(SEVERITIES)
  readonly #bytes = new Float64Array(SEVERITIES)
  #isPossible = true

  add(stream: number, day: number, inDay: number, severity: number, bytes: number): void {
    const minute = day * DAY_MINUTES + Math.ceil(inDay / MINUTE_NS) - 1
    if (stream !== this.#stream || minute !== this.#minute) {
      this.#flush()
      this.#stream = stream
      this.#minute = minute
      if (minute < 0) this.#isPossible = false
    }
    this.#lines[severity]!++
    this.#bytes[severity]! += bytes
  }

  /** Undefined where the table would be large beside the lines. */
  finish(rows: number): PartCounts | undefined {
    this.#flush()
    const entries = this.#entries.length / 5
    if (!this.#isPossible || entries * LINES_PER_ENTRY_MIN > rows) return undefined
    const column = (at: number): Uint32Array =>
      Uint32Array.from({ length: entries }, (_, i) => this.#entries[i * 5 + at]!)
    return {
      streams: column(0),
      minutes: column(1),
      severities: column(2),
      lines: column(3),
      bytes: column(4),
    }
  }

  #flush(): void {
    if (this.#stream < 0) return
    for (let severity = 0; severity < SEVERITIES; severity++) {
      const lines = this.#lines[severity]!
      if (lines === 0) continue
      const bytes = this.#bytes[severity]!
      if (bytes >= 2 ** 32) this.#isPossible = false
      this.#entries.push(this.#stream, this.#minute, severity, lines, bytes)
      this.#lines[severity] = 0
      this.#bytes[severity] = 0
    }
  }
}
