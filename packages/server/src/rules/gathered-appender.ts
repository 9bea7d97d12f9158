import type { Appender, Clock, CommitResult } from '@weir/model'

/** Commits a second, and how many may come at once after a calm time. */
const PER_SECOND = 20
const BURST = 20

/**
 * An appender whose users commit together. A commit costs a synchronous write to disk, about a
 * millisecond of processor, whether it brings one sample or ten thousand; a thousand rule groups would
 * spend more on that than on their rules. A user who commits waits at most a twentieth of a second
 * for others, and after a calm time not at all: a few rules that build on each other are not slowed.
 *
 * What was refused is told to the first who asked for the commit; to the others nothing was refused.
 */
export class GatheredAppender implements Appender {
  readonly ref: Appender['ref']
  readonly release: Appender['release']
  readonly append: Appender['append']
  readonly appendColumns: Appender['appendColumns']
  readonly appendHistogram: Appender['appendHistogram']
  readonly appendExemplar: Appender['appendExemplar']
  readonly describe: Appender['describe']
  readonly #below: Appender
  readonly #clock: Clock
  #tokens = BURST
  #countedMs: number
  #next: Promise<CommitResult> | undefined

  constructor(below: Appender, clock: Clock) {
    this.#below = below
    this.#clock = clock
    this.#countedMs = clock.monotonicMs()
    this.ref = below.ref.bind(below)
    this.release = below.release.bind(below)
    this.append = below.append.bind(below)
    this.appendColumns = below.appendColumns.bind(below)
    this.appendHistogram = below.appendHistogram.bind(below)
    this.appendExemplar = below.appendExemplar.bind(below)
    this.describe = below.describe.bind(below)
  }

  async commit(): Promise<CommitResult> {
    if (this.#next !== undefined) {
      await this.#next
      return NOTHING
    }
    this.#next = this.#commitSoon()
    return this.#next
  }

  async #commitSoon(): Promise<CommitResult> {
    await this.#turn()
    this.#next = undefined // who comes from here on waits for another one
    return this.#below.commit()
  }

  /** Waits until it may be committed again; at least until all that is ready to come along has come. */
  async #turn(): Promise<void> {
    const now = this.#clock.monotonicMs()
    this.#tokens = Math.min(BURST, this.#tokens + ((now - this.#countedMs) / 1000) * PER_SECOND)
    this.#countedMs = now
    this.#tokens--
    await this.#clock.sleep(this.#tokens >= 0 ? 0 : (-this.#tokens / PER_SECOND) * 1000)
  }

  close(): void {
    this.#below.close()
  }
}

const NOTHING: CommitResult = { appended: 0, rejected: {}, example: '' }
