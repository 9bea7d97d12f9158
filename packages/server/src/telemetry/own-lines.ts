import { BroadcastChannel } from 'node:worker_threads'

const CHANNEL = 'weir-own-lines'

/** The last lines of Weir's own log, as far as they fit: for a support bundle. */
const LINES_MAX = 2000
const CHARACTERS_MAX = 1024 * 1024

/** Keeps the last lines that any thread of this process wrote. */
export class OwnLines implements Disposable {
  readonly #channel = new BroadcastChannel(CHANNEL)
  #lines: string[] = []
  #characters = 0

  constructor() {
    this.#channel.onmessage = (event: unknown) => this.add((event as { data: string }).data)
    this.#channel.unref()
  }

  readonly add = (line: string): void => {
    this.#lines.push(line)
    this.#characters += line.length
    // Half at a time: to move all of them for each line would cost more than the lines.
    if (this.#lines.length > 2 * LINES_MAX || this.#characters > 2 * CHARACTERS_MAX) this.#trim()
  }

  /** Oldest first, each with its line break. */
  text(): string {
    this.#trim()
    return this.#lines.join('')
  }

  [Symbol.dispose](): void {
    this.#channel.close()
  }

  #trim(): void {
    let from = Math.max(0, this.#lines.length - LINES_MAX)
    let characters = this.#lines.slice(from).reduce((sum, { length }) => sum + length, 0)
    while (characters > CHARACTERS_MAX) characters -= this.#lines[from++]!.length
    this.#lines = this.#lines.slice(from)
    this.#characters = characters
  }
}

/** How lines of a worker thread come to the main thread, which keeps them if it keeps any. */
export function tellOwnLines(): (line: string) => void {
  const channel = new BroadcastChannel(CHANNEL)
  channel.unref()
  return (line) => channel.postMessage(line)
}
