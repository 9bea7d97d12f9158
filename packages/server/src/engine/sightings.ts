import type { VectorColumns } from '../query/job.ts'
import type { Queries } from '../http/deps.ts'

/** Of so many looks one asks the engine: packs are looked for each second. */
const ENGINE_EVERY = 60

/**
 * Where sleeping packs are looked for. What comes in here is in the queue's own store, which costs the engine
 * nothing to ask; what others send to the engine is seen within a minute.
 */
export function sightings(
  local: Pick<Queries, 'vector'>,
  remote: Pick<Queries, 'vector'>,
): Pick<Queries, 'vector'> {
  let looks = 0
  return {
    async vector(expr, timeMs, signal): Promise<VectorColumns> {
      const here = await local.vector(expr, timeMs, signal)
      if (looks++ % ENGINE_EVERY !== 0) return here
      const there = await remote.vector(expr, timeMs, signal).catch((error: unknown) => {
        if (signal?.aborted === true) throw error
        return undefined // it is away: that is told elsewhere
      })
      if (there === undefined) return here
      return {
        kind: 'vector',
        labels: [...here.labels, ...there.labels],
        values: Float64Array.from([...here.values, ...there.values]),
      }
    },
  }
}
