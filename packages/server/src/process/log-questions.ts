import { join } from 'node:path'
import type { RuleQuery } from '@weir/alerting'
import { systemClock } from '@weir/model'
import { LogQueries } from '../log-query/log-queries.ts'
import { engineQuestions } from '../logs-engine/engine-questions.ts'
import type { LogsSide } from '../logs/logs-side.ts'
import { logSamples } from '../rules/log-samples.ts'
import type { Ground } from './ground.ts'

/** Who answers questions to the log store. */
export function logQueriesOf(ground: Ground, logs: LogsSide): LogQueries {
  const { config, flags } = ground
  return new LogQueries({
    config: config.logs.query,
    folder: join(flags.dataDir, 'logs'),
    readerPort: () => logs.readerPort(),
    ...engineQuestions(config.storage.logs),
    clock: systemClock,
    logLevel: config.log.level,
    telemetry: ground.telemetry('log query'),
  })
}

/** Questions of rules that count lines. */
export function ruleLogQuery(queries: LogQueries): RuleQuery {
  return async (query, timeMs, signal) => {
    const timeNs = BigInt(Math.round(timeMs)) * 1_000_000n
    const until = signal ?? new AbortController().signal
    const { body } = await queries.ask({ kind: 'instant', query, timeNs }, until)
    return logSamples(body)
  }
}
