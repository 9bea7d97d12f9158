import type { KeyValueStore } from '@weir/model'
import { z } from 'zod'
import type { SharedPart, SharedValue } from '../cluster/shared-part.ts'

/**
 * What a rule group remembers of its alerts, shared by the Weir that evaluates the rules with those that
 * may have to go on: since when each is pending or fires, its level, its last states. It lies on the disk
 * of each as if it had been evaluated there, so that whoever gets the lease takes it up as after a restart.
 */

/** State of a group on disk, under `alerting/rules/<file>;<name>`. */
export const STATE_PREFIX = 'alerting/rules/'
/** When a group with alerts was last evaluated, at most a minute before the real time; beside the state, which may be long. */
export const SEEN_PREFIX = 'alerting/rules-seen/'

/** What was written in a later term is newer, whatever the clocks say. */
export interface StateVersion {
  readonly term: number
  readonly atMs: number
}

const time = z.number().nullable()
const texts = z.array(z.string())
const alert = z.object({
  labels: texts,
  annotations: texts,
  value: z.union([z.number(), z.string()]),
  state: z.enum(['inactive', 'pending', 'firing']),
  activeAtMs: z.number(),
  firedAtMs: time,
  resolvedAtMs: time,
  keepFiringSinceMs: time,
  noDataSinceMs: z.number().optional(),
  note: z.string().optional(),
  flaps: z.string().optional(),
})

const sharedState = z.object({
  rules: z.record(z.string(), z.array(alert)),
  version: z.object({ term: z.int().nonnegative(), atMs: z.number() }),
})

export interface RuleStatesOptions {
  readonly store: KeyValueStore
  /** States of these groups are newer now. */
  readonly followed: (keys: readonly string[]) => void
  readonly refused: () => void
}

export class RuleStates implements SharedPart {
  readonly name = 'rules'
  readonly #options: RuleStatesOptions

  constructor(options: RuleStatesOptions) {
    this.#options = options
  }

  *keys(): Iterable<string> {
    for (const [key, value] of this.#options.store.entries(STATE_PREFIX)) {
      if (versionOf(value) !== undefined) yield key.slice(STATE_PREFIX.length)
    }
  }

  get(key: string): unknown {
    const value = this.#options.store.get(STATE_PREFIX + key)
    return versionOf(value) === undefined ? undefined : value
  }

  async merge(records: readonly SharedValue[]): Promise<readonly string[]> {
    const { store, followed, refused } = this.#options
    const newer = new Map<string, z.output<typeof sharedState>>()
    for (const { key, value } of records) {
      const read = sharedState.safeParse(value)
      if (!read.success) {
        refused()
        continue
      }
      const known = newer.get(key)?.version ?? versionOf(store.get(STATE_PREFIX + key))
      if (known === undefined || isNewer(read.data.version, known)) newer.set(key, read.data)
    }
    if (newer.size === 0) return []
    await store.write(
      [...newer].flatMap(([key, state]) => [
        { key: STATE_PREFIX + key, value: state },
        { key: SEEN_PREFIX + key, value: state.version.atMs },
      ]),
    )
    const keys = [...newer.keys()]
    followed(keys)
    return keys
  }
}

function versionOf(value: unknown): StateVersion | undefined {
  return (value as { readonly version?: StateVersion } | undefined)?.version
}

function isNewer(a: StateVersion, b: StateVersion): boolean {
  return a.term === b.term ? a.atMs > b.atMs : a.term > b.term
}
