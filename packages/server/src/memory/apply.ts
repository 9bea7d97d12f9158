import { parseDocument } from 'yaml'
import type { WeirConfig } from '../config/weir-config.ts'
import { type MemoryBudget, memoryShares } from './budget.ts'

/** A configuration whose limits of memory fit the budget, but for those that its text sets itself. */
export function withinBudget(config: WeirConfig, text: string, budget: MemoryBudget): WeirConfig {
  const document = parseDocument(text, { merge: true })
  const given = (...path: string[]): boolean => document.hasIn(path)
  const { query, logs } = config
  const shares = memoryShares(budget, {
    queryBytes: query.max_memory,
    logQueryBytes: logs.query.max_memory,
    sqlBytes: logs.query.sql_memory,
    partBytes: logs.part_memory,
  })
  return {
    ...config,
    query: given('query', 'max_memory') ? query : { ...query, max_memory: shares.queryBytes },
    logs: {
      ...logs,
      part_memory: given('logs', 'part_memory') ? logs.part_memory : shares.partBytes,
      query: {
        ...logs.query,
        ...(!given('logs', 'query', 'max_memory') && { max_memory: shares.logQueryBytes }),
        ...(!given('logs', 'query', 'sql_memory') && { sql_memory: shares.sqlBytes }),
      },
    },
  }
}
