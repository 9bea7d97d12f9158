import type { Command } from 'commander'
import { addLogsContext } from './logs-context.ts'
import { addLogsLabels } from './logs-labels.ts'
import { addLogsSearch } from './logs-search.ts'
import { addLogsTail } from './logs-tail.ts'

export function addLogs(program: Command): void {
  const logs = program.command('logs').description('search and follow lines of log')
  addLogsSearch(logs)
  addLogsTail(logs)
  addLogsLabels(logs)
  addLogsContext(logs)
}
