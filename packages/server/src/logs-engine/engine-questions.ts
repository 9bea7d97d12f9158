import { MessageChannel } from 'node:worker_threads'
import type { LogQueriesOptions } from '../log-query/log-queries.ts'
import { Thread } from '../threads/thread.ts'
import type { LogEngineData } from '../threads/log-engine-thread.ts'
import type { LogQueryHandlers } from '../threads/log-query-thread.ts'
import { type LogsStorageConfig, distantEngine } from './config.ts'

/** How questions are answered where a Loki has the lines; nothing where Weir has. */
export function engineQuestions(
  config: LogsStorageConfig,
): Partial<Pick<LogQueriesOptions, 'readerPort' | 'startThread'>> {
  const engine = distantEngine(config)
  if (engine?.engine !== 'loki') return {}
  return {
    // There is no store of ours to lead to.
    readerPort: () => Promise.resolve(new MessageChannel().port1),
    startThread: ({ limits, tailTimeMaxMs, logLevel }, onCrash) => {
      const data: LogEngineData = { engine, limits, tailTimeMaxMs, logLevel }
      return new Thread<LogQueryHandlers>('log-engine-thread', data, [], onCrash)
    },
  }
}
