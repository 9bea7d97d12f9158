import { systemClock } from '@weir/model'
import type { Discoverer, Report } from '../discoverer.ts'
import type { TargetGroup } from '../target-group.ts'

/** A discoverer at work, and what it has found so far. */
export class Watched {
  /** By source. */
  readonly groups = new Map<string, TargetGroup>()
  /** Of the last look; '' when it went well. */
  fault = ''
  /** Looks that are over, well or not. */
  looks = 0
  readonly #stopped = new AbortController()
  #running: Promise<void> = Promise.resolve()

  static of(discoverer: Discoverer): Watched {
    const watched = new Watched()
    const report: Report = {
      update: (groups) => {
        for (const group of groups) {
          if (group.targets.length === 0) watched.groups.delete(group.source)
          else watched.groups.set(group.source, group)
        }
      },
      refreshed: () => {
        watched.looks++
        watched.fault = ''
      },
      failed: (error) => {
        watched.looks++
        watched.fault = (error as Error).message
      },
    }
    watched.#running = discoverer.run(report, watched.#stopped.signal)
    return watched
  }

  get addresses(): string[] {
    const all = [...this.groups.values()].flatMap(({ targets }) => targets)
    return all.map((labels) => labels['__address__']!).toSorted()
  }

  /** Resolves as soon as these are the targets. */
  async until(addresses: readonly string[]): Promise<void> {
    await this.#when(
      () => this.addresses.join() === addresses.join(),
      () => this.addresses.join(),
    )
  }

  /** Resolves as soon as the last fault reads like that. */
  async untilFault(like: RegExp): Promise<void> {
    await this.#when(
      () => this.looks > 0 && like.test(this.fault),
      () => this.fault,
    )
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#running
  }

  /** The world outside answers when it likes; the test's own time limit ends a wait that is in vain. */
  async #when(isSo: () => boolean, shown: () => string): Promise<void> {
    const started = systemClock.monotonicMs()
    while (!isSo()) {
      if (systemClock.monotonicMs() - started > 4000) throw new Error(`still ${shown()}`)
      await systemClock.sleep(5)
    }
  }
}
