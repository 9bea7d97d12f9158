import { type Millis, systemClock } from '@weir/model'
import { changedBy, reloadBySignal } from '../audit/own-changes.ts'
import { waitForRestart } from '../config/at-start.ts'
import { loadConfig } from '../config/load-config.ts'
import type { Ground } from './ground.ts'
import type { Parts } from './parts.ts'
import { reloadables } from './reloadables.ts'
import { takeAll } from './take-all.ts'
import { tidyAfter } from './tidy-after.ts'

/** How the last reload ended, and when one was taken last. */
interface LastReload {
  readonly isGood: boolean
  readonly takenMs: Millis
}

/** Reads the configuration again; a bad one is refused and the old one stays. */
export class Reload {
  last: LastReload
  readonly #ground: Ground
  readonly #parts: Parts
  readonly #reloads

  constructor(parts: Parts) {
    const { ground } = parts
    this.#ground = ground
    this.#parts = parts
    this.last = { isGood: true, takenMs: ground.startedMs }
    this.#reloads = ground.registry.counter(
      'weir_config_reloads_total',
      'Reloads of the configuration, by result.',
      ['result'],
    )
    // From 0 on: a series that is born with its first 1 never grew, and no alert sees it.
    for (const result of ['taken', 'refused']) this.#reloads.inc({ result }, 0)
  }

  /** A reload that nobody asked for by HTTP. */
  async bySignal(): Promise<void> {
    await reloadBySignal(this.#parts.kept.audit, () => this.run())
  }

  /** Gives what changed, for the audit log. */
  async run(): Promise<Readonly<Record<string, string>>> {
    const ground = this.#ground
    try {
      const setup = loadConfig(ground.flags)
      const before = ground.setup
      await takeAll(reloadables(this.#parts), { next: setup, before }, (part, error) =>
        ground.log.error(
          { part, error: (error as Error).message },
          'A part could not go back to the configuration before; start Weir anew',
        ),
      )
      this.last = { isGood: true, takenMs: systemClock.now() }
      this.#reloads.inc({ result: 'taken' })
      ground.log.info({}, 'Configuration read again')
      setImmediate(() => tidyAfter(setup)) // when nothing of the old one is held any more
      const waiting = waitForRestart(ground.startedWith, setup.config)
      if (waiting.length > 0) {
        ground.log.warn({ keys: waiting }, 'These keys changed and count from the next start on')
      }
      return changedBy(before, setup)
    } catch (error) {
      this.last = { ...this.last, isGood: false }
      this.#reloads.inc({ result: 'refused' })
      ground.log.error(
        { error: (error as Error).message },
        'Configuration refused; the old one stays',
      )
      throw error
    }
  }
}
