import { setTimeout as pause } from 'node:timers/promises'

import { pipelineSeries } from './pipeline-series.ts'
import { RemoteWriteBodies, sendBody } from './remote-write.ts'

const STEP_MS = 15_000
const BATCH = 2000
/** Samples of each series that are there from the beginning. */
const PAST = 24

/** Series of pipelines sent by remote write: their last six minutes, and then on and on, spread over each interval. */
export class LiveFeed {
  readonly #url: string
  readonly #seriesCount: number
  readonly #bodies: RemoteWriteBodies
  #isOver = false

  constructor(url: string, seriesCount: number) {
    this.#url = url
    this.#seriesCount = seriesCount
    this.#bodies = new RemoteWriteBodies(pipelineSeries(seriesCount))
  }

  async past(): Promise<void> {
    const startMs = Date.now() - PAST * STEP_MS
    for (let first = 0; first < this.#seriesCount; first += BATCH) {
      const last = Math.min(first + BATCH, this.#seriesCount)
      const body = this.#bodies.encode(
        { first, last, from: 0, to: PAST },
        (k) => startMs + k * STEP_MS,
      )
      await sendBody(this.#url, body)
    }
  }

  async live(): Promise<void> {
    const batches = Math.ceil(this.#seriesCount / BATCH)
    for (let k = PAST; !this.#isOver; k++) {
      for (let b = 0; b < batches && !this.#isOver; b++) {
        const first = b * BATCH
        const last = Math.min(first + BATCH, this.#seriesCount)
        const began = performance.now()
        await sendBody(
          this.#url,
          this.#bodies.encode({ first, last, from: k, to: k + 1 }, () => Date.now()),
        )
        await pause(Math.max(0, STEP_MS / batches - (performance.now() - began)))
      }
    }
  }

  stop(): void {
    this.#isOver = true
  }
}
