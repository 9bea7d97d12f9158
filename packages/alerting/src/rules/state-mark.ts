/**
 * A number that stands for everything that a group keeps on disk of its alerts: while it stays the
 * same, nothing has to be written. Two words of 32 bits are mixed, as FNV does it.
 */
export class StateMark {
  #low = 0x811c9dc5
  #high = 0x9dc5811c

  number(value: number | null | undefined): void {
    if (value === null || value === undefined) {
      this.#word(0x5bd1e995)
      return
    }
    this.#word(value | 0)
    this.#word((value / 2 ** 32) | 0)
  }

  text(value: string): void {
    this.#word(value.length)
    for (let i = 0; i < value.length; i++) this.#word(value.charCodeAt(i))
  }

  #word(word: number): void {
    this.#low = Math.imul(this.#low ^ word, 0x01000193)
    this.#high = Math.imul(this.#high ^ (word + 0x9e3779b9), 0x85ebca6b)
    this.#high ^= this.#high >>> 13
  }

  get value(): string {
    return `${this.#low >>> 0}.${this.#high >>> 0}`
  }
}
