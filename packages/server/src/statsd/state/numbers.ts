/** A growing list of numbers, written from one end and read from the other. */
export class Numbers {
  #values: Float64Array
  #length = 0
  #read = 0

  constructor(values: Float64Array = new Float64Array(1024)) {
    this.#values = values
  }

  readonly push = (value: number): void => {
    if (this.#length === this.#values.length) {
      const grown = new Float64Array(this.#values.length * 2)
      grown.set(this.#values)
      this.#values = grown
    }
    this.#values[this.#length++] = value
  }

  /** @throws {RangeError} behind the last one */
  readonly next = (): number => {
    if (this.#read >= this.#values.length) throw new RangeError('more numbers than were written')
    return this.#values[this.#read++]!
  }

  clear(): void {
    this.#length = 0
  }

  get written(): Float64Array {
    return this.#values.subarray(0, this.#length)
  }
}
