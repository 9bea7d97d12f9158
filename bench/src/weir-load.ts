import { type Clock, Labels, type Millis, systemClock } from '@weir/model'
import { openStore } from '@weir/tsdb'

import type { BenchSeries } from './pipeline-series.ts'

interface Load {
  readonly series: readonly BenchSeries[]
  readonly samples: number
  readonly timeOf: (k: number) => number
  readonly isAtRest?: boolean
}

const DAY_MS = 86_400_000
/** Samples of one commit at most. */
const COMMIT = 100_000

/**
 * Fills a data directory as a living Weir would have: its clock goes with the data.
 *
 * @param isAtRest whether a day goes by afterwards, so that everything is sealed and merged
 */
export async function loadWeir(
  path: string,
  { series, samples, timeOf, isAtRest = false }: Load,
): Promise<void> {
  let nowMs = timeOf(0)
  const clock: Clock = { ...systemClock, now: () => nowMs as Millis }
  await using store = await openStore({ path, retentionMs: 0, clock })
  const appender = store.appender()
  const refs = series.map(({ labels }) => appender.ref(Labels.of(labels)))
  for (let k = 0; k < samples; k++) {
    nowMs = timeOf(k)
    for (let from = 0; from < series.length; from += COMMIT) {
      const to = Math.min(series.length, from + COMMIT)
      for (let i = from; i < to; i++) appender.append(refs[i]!, nowMs, series[i]!.at(k))
      const { rejected } = await appender.commit()
      if (Object.keys(rejected).length > 0) {
        throw new Error(`Weir refused ${JSON.stringify(rejected)}`)
      }
    }
    if (k % 20 === 19) await store.maintain()
  }
  if (isAtRest) nowMs += DAY_MS + 2 * 3_600_000
  await store.maintain()
}
