/** A column with more different values than this is not told about. */
const VALUES_MAX = 16
const BYTES_MAX = 512

/** The values of a column while they are few: most columns of logs have a handful. */
export class FewValues {
  #values: Uint8Array[] | undefined = []
  #bytes = 0

  add(bytes: Uint8Array, from: number, to: number): void {
    const values = this.#values
    if (values === undefined) return
    for (const value of values) if (isEqual(value, bytes, from, to)) return
    this.#bytes += to - from
    if (values.length === VALUES_MAX || this.#bytes > BYTES_MAX) this.#values = undefined
    else values.push(bytes.slice(from, to))
  }

  /** All of them; undefined when they are many. */
  list(): string[] | undefined {
    return this.#values?.map((value) => Buffer.from(value).toString())
  }
}

function isEqual(value: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  const length = to - from
  if (value.length !== length) return false
  for (let i = 0; i < length; i++) if (value[i] !== bytes[from + i]) return false
  return true
}
