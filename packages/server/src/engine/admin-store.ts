import { WeirError } from '@weir/model'
import type { AdminStore } from '../http/deps.ts'
import type { Thread } from '../threads/thread.ts'
import type { WriterHandlers } from '../threads/writer-thread.ts'
import type { MetricsEngine } from './metrics-engine.ts'

/**
 * What may be done to what is kept. Where an engine keeps it, that is for the engine to do.
 *
 * @param engine asked at each call: it is known after the port is open
 */
export function adminStore(
  writer: Pick<Thread<WriterHandlers>, 'call'>,
  engine: () => MetricsEngine | undefined,
): AdminStore {
  const unlessKeptElsewhere = (what: string, instead: string): void => {
    const keeper = engine()
    if (keeper === undefined) return
    throw new WeirError(
      'ENGINE_UNSUPPORTED',
      `Cannot ${what}: the engine at ${keeper.address} keeps the metrics; ${instead}`,
    )
  }
  return {
    async deleteSeries(what) {
      unlessKeptElsewhere('delete series', 'delete them there')
      await writer.call('deleteSeries', what)
    },
    async cleanTombstones() {
      unlessKeptElsewhere('clean tombstones', 'it frees the room of what it deletes itself')
      await writer.call('cleanTombstones', undefined)
    },
    async snapshot(skipHead) {
      unlessKeptElsewhere('make a snapshot', 'back it up by its own means')
      return writer.call('snapshot', skipHead)
    },
  }
}
