import { TIME_MS, TIME_NS, TIME_US } from './value-kinds.ts'

/** Knows the text of a line's own time where it stands in the line: most lines repeat it. */
export class TimeText {
  /** The day of the last line. */
  #day = Number.NaN
  readonly #date = new Uint8Array(11)

  /**
   * With how many digits a text begins with the time in UTC (`2026-11-28T10:00:00.123` and then `Z` or
   * `+00:00`, and a quote): `TIME_MS`, `TIME_US`, `TIME_NS`, or 0 when it is another text.
   *
   * @param inDay ns since the day began
   */
  kindAt(bytes: Uint8Array, at: number, end: number, day: number, inDay: number): number {
    if (at + 25 > end || bytes[at + 4] !== 0x2d || bytes[at + 10] !== 0x54) return 0
    if (day !== this.#day) this.#renew(day)
    for (let i = 0; i < 11; i++) if (bytes[at + i] !== this.#date[i]) return 0
    const seconds = Math.floor(inDay / 1e9)
    if (
      bytes[at + 13] !== 0x3a ||
      bytes[at + 16] !== 0x3a ||
      bytes[at + 19] !== 0x2e ||
      two(bytes, at + 11) !== Math.floor(seconds / 3600) ||
      two(bytes, at + 14) !== Math.floor(seconds / 60) % 60 ||
      two(bytes, at + 17) !== seconds % 60
    ) {
      return 0
    }
    let digits = 0
    let fraction = 0
    for (; digits < 10 && at + 20 + digits < end; digits++) {
      const byte = bytes[at + 20 + digits]!
      if (byte < 0x30 || byte > 0x39) break
      fraction = fraction * 10 + byte - 0x30
    }
    if (digits !== 3 && digits !== 6 && digits !== 9) return 0
    if (!isUtc(bytes, at + 20 + digits)) return 0
    const unit = digits === 3 ? 1_000_000 : digits === 6 ? 1000 : 1
    if (fraction * unit !== inDay - seconds * 1e9) return 0
    return digits === 3 ? TIME_MS : digits === 6 ? TIME_US : TIME_NS
  }

  #renew(day: number): void {
    this.#day = day
    this.#date.fill(0)
    const ms = day * 86_400_000
    if (ms < 0 || ms > 253_402_300_799_999) return // DuckDB and ISO write such years in other ways
    this.#date.set(Buffer.from(new Date(ms).toISOString().slice(0, 11)))
  }
}

function isUtc(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] === 0x5a) return bytes[at + 1] === 0x22
  return (
    bytes[at] === 0x2b &&
    bytes[at + 1] === 0x30 &&
    bytes[at + 2] === 0x30 &&
    bytes[at + 3] === 0x3a &&
    bytes[at + 4] === 0x30 &&
    bytes[at + 5] === 0x30 &&
    bytes[at + 6] === 0x22
  )
}

function two(bytes: Uint8Array, at: number): number {
  return (bytes[at]! - 0x30) * 10 + bytes[at + 1]! - 0x30
}
