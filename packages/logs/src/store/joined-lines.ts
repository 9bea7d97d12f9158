import type { LogLines, LogStream } from '../source.ts'

/** Lines of several runs, each in order of time, in one order. */
export class JoinedLines implements LogLines {
  readonly count: number
  readonly #runs: readonly LogLines[]
  readonly #runOf: Uint32Array
  readonly #placeIn: Uint32Array

  constructor(runs: readonly LogLines[], order: 'forward' | 'backward') {
    this.#runs = runs
    this.count = runs.reduce((sum, { count }) => sum + count, 0)
    this.#runOf = new Uint32Array(this.count)
    this.#placeIn = new Uint32Array(this.count)
    const next = new Uint32Array(runs.length)
    for (let i = 0; i < this.count; i++) {
      let best = -1
      for (let run = 0; run < runs.length; run++) {
        if (next[run] === runs[run]!.count) continue
        if (best < 0 || isBefore(runs[run]!, next[run]!, runs[best]!, next[best]!, order))
          best = run
      }
      this.#runOf[i] = best
      this.#placeIn[i] = next[best]!++
    }
  }

  timeNs(i: number): bigint {
    return this.#runs[this.#runOf[i]!]!.timeNs(this.#placeIn[i]!)
  }

  stream(i: number): LogStream {
    return this.#runs[this.#runOf[i]!]!.stream(this.#placeIn[i]!)
  }

  severity(i: number): number {
    return this.#runs[this.#runOf[i]!]!.severity(this.#placeIn[i]!)
  }

  line(i: number): string {
    return this.#runs[this.#runOf[i]!]!.line(this.#placeIn[i]!)
  }

  metadata(i: number): readonly string[] {
    return this.#runs[this.#runOf[i]!]!.metadata(this.#placeIn[i]!)
  }

  field(i: number, name: string): string | undefined {
    return this.#runs[this.#runOf[i]!]!.field(this.#placeIn[i]!, name)
  }
}

function isBefore(
  a: LogLines,
  i: number,
  b: LogLines,
  j: number,
  order: 'forward' | 'backward',
): boolean {
  const one = a.timeNs(i)
  const other = b.timeNs(j)
  return order === 'forward' ? one < other : one > other
}
