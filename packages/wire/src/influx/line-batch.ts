/** A line that could not be read, as a piece of the body. */
export interface LineFault {
  readonly from: number
  readonly to: number
}

/**
 * What a body of line protocol says, as columns: sample `i` belongs to field `fields[i]`, a number of
 * the `LineReader`. Made to be reused; `clear` keeps the memory.
 */
export class LineBatch {
  length = 0
  fields = new Int32Array(1024)
  /** Milliseconds. */
  times = new Float64Array(1024)
  values = new Float64Array(1024)
  /** Lines that were read, those without a number counted. */
  lines = 0
  /** Fields whose value is text that is no number. */
  strings = 0
  /** Lines that were not read, and the first of them. */
  faultCount = 0
  readonly faults: LineFault[] = []

  readonly samplesMax: number
  readonly faultsShown: number

  /**
   * @param samplesMax one sample more, and reading stops: see {@link isOverfull}
   * @param faultsShown how many bad lines are remembered
   */
  constructor(samplesMax: number, faultsShown = 20) {
    this.samplesMax = samplesMax
    this.faultsShown = faultsShown
  }

  get isOverfull(): boolean {
    return this.length > this.samplesMax
  }

  clear(): void {
    this.length = 0
    this.lines = 0
    this.strings = 0
    this.faultCount = 0
    this.faults.length = 0
  }

  push(field: number, value: number): void {
    const n = this.length
    if (n === this.fields.length) this.#grow()
    this.fields[n] = field
    this.values[n] = value
    this.length = n + 1
  }

  /** Gives the samples from `from` on their time. */
  stamp(from: number, timeMs: number): void {
    this.times.fill(timeMs, from, this.length)
  }

  fault(from: number, to: number): void {
    this.faultCount++
    if (this.faults.length < this.faultsShown) this.faults.push({ from, to })
  }

  #grow(): void {
    const capacity = this.fields.length * 2
    const fields = new Int32Array(capacity)
    fields.set(this.fields)
    this.fields = fields
    const times = new Float64Array(capacity)
    times.set(this.times)
    this.times = times
    const values = new Float64Array(capacity)
    values.set(this.values)
    this.values = values
  }
}
