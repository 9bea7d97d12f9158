import type { Command } from 'commander'
import { addLogsContext } from './logs-context.ts'
import { addLogsDelete } from './logs-delete.ts'
import { addLogsExport } from './logs-export.ts'
import { addLogsFollow } from './logs-follow.ts'
import { addLogsLabels } from './logs-labels.ts'
import { addLogsSearch } from './logs-search.ts'
import { addLogsSql } from './logs-sql.ts'
import { addLogsTail } from './logs-tail.ts'

export function addLogs(program: Command): void {
  const logs = program.command('logs').description('search and follow lines of log')
  addLogsSearch(logs)
  addLogsTail(logs)
  addLogsFollow(logs)
  addLogsLabels(logs)
  addLogsContext(logs)
  addLogsSql(logs)
  addLogsExport(logs)
  addLogsDelete(logs)
}
