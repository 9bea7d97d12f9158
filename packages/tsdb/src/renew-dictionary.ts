/**
 * The dictionary without those that are gone.
 *
 * A dropped series leaves its labels behind, since queries may be reading them. When many have gone, all series that are there are taken over into a new
 * dictionary, in slices between which appends go on; they and their symbols keep
 * their numbers, since windows know them by these.
 * Then, in one go, the new one is written in place of the old, senders that still know dropped series
 * keep the labels of those for themselves, and readers change over when they have no querier open.
 */
import type { Core } from './core.ts'
import { type Dictionary, Takeover } from './index/dictionary.ts'
import type { Pause } from './seal/pause.ts'

/** So many must have gone, and half as many as there are: then the work pays. */
const GONE_MIN = 20_000

export function isRenewalDue({ dictionary: { gone, liveCount } }: Core): boolean {
  return gone.size >= GONE_MIN && gone.size * 2 >= liveCount
}

export async function renewDictionary(core: Core, pause: Pause): Promise<void> {
  const old = core.dictionary
  const fresh = core.newDictionary()
  const { dictionary } = fresh
  const known = new Takeover()
  for (let series = 0; series < old.allSeries; series++) {
    if (old.isLive(series)) dictionary.takeOver(old, series, known)
    if (pause.isDue) await pause.wait()
    if (core.closed) return
  }
  dictionary.passTo(old)
  dictionary.drops = old.drops
  core.requireRoom(old.liveCount * 40, true)
  core.environment.root.transactionSync(() => putWholeDictionary(core, dictionary))
  dictionary.publish()
  for (const sender of core.senders) sender.keepDropped(old)
  core.useDictionary(fresh)
}

/** Writes a dictionary in place of all that is there, inside an open transaction. */
export function putWholeDictionary(core: Core, dictionary: Dictionary): void {
  const { dictionary: table } = core.environment
  table.clearSync()
  for (const record of dictionary.wholeRecords()) table.putSync(++core.dictionaryRecord, record)
  dictionary.saved()
}
