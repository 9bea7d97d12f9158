/** Not more often than this: a terminal is slow. */
const EVERY_MS = 200
/** Where nobody watches, a line now and then is enough. */
const EVERY_MS_IN_LOG = 10_000

/** How far a long piece of work has come, on stderr: one line that changes, or a line now and then. */
export class Progress {
  readonly #what: string
  readonly #whole: number
  readonly #isTerminal = process.stderr.isTTY
  readonly #startedMs = performance.now()
  #shownMs = performance.now()

  /** @param whole what counts as all of it */
  constructor(what: string, whole: number) {
    this.#what = what
    this.#whole = whole
  }

  show(part: number, samples: number): void {
    const tookMs = Math.max(1, performance.now() - this.#startedMs)
    this.#write(part, `, ${samples} samples, ${Math.round((samples / tookMs) * 1000)}/s`)
  }

  /** Where there is nothing to count. */
  share(part: number): void {
    this.#write(part, '')
  }

  #write(part: number, counts: string): void {
    const now = performance.now()
    if (now - this.#shownMs < (this.#isTerminal ? EVERY_MS : EVERY_MS_IN_LOG)) return
    this.#shownMs = now
    const percent = Math.floor((part / Math.max(1, this.#whole)) * 100)
    const line = `${this.#what}: ${percent} %${counts}`
    process.stderr.write(this.#isTerminal ? `\r${line}\u001b[K` : `${line}\n`)
  }

  /** Takes the line away that changes. */
  done(): void {
    if (this.#isTerminal) process.stderr.write('\r\u001b[K')
  }
}
