import type { Labels } from '@weir/model'
import type { LogStream } from '../source.ts'

/** Streams by number, for as long as the process lives; parts and frames name them by their labels. */
export class Streams {
  readonly #byKey = new Map<string, LogStream>()
  readonly #byId: LogStream[] = []

  get count(): number {
    return this.#byId.length
  }

  has(labels: Labels): boolean {
    return this.#byKey.has(labels.key())
  }

  /** The stream with these labels; a new one the first time. */
  of(labels: Labels): LogStream {
    const key = labels.key()
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    const stream = { id: this.#byId.length, labels }
    this.#byKey.set(key, stream)
    this.#byId.push(stream)
    return stream
  }

  at(id: number): LogStream {
    return this.#byId[id]!
  }
}
