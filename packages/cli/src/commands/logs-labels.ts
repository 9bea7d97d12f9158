import type { Command } from 'commander'
import { EXIT } from '../exit.ts'
import { inert } from '../show/inert.ts'
import { endWithReader } from './log-output.ts'
import { withSpan } from './logs-search.ts'
import { askLoki } from './loki-api.ts'
import { withServer } from './server-option.ts'

interface LabelsOptions {
  readonly server: string
  readonly since: string
  readonly from?: string
  readonly to?: string
  readonly selector?: string
}

/** `weir logs labels [NAME]`. */
export function addLogsLabels(logs: Command): void {
  withServer(withSpan(logs.command('labels [name]')))
    .description('names of the labels of streams, or the values of one')
    .option('--selector <selector>', 'of the streams that it selects, such as {app="shop"}')
    .action(async (name: string | undefined, options: LabelsOptions) => {
      endWithReader()
      const { server, since, from, to, selector } = options
      const path = name === undefined ? 'labels' : `label/${encodeURIComponent(name)}/values`
      const { data = [] } = await askLoki<{ readonly data?: readonly string[] }>(server, path, {
        since,
        ...(from === undefined ? {} : { start: from }),
        ...(to === undefined ? {} : { end: to }),
        ...(selector === undefined ? {} : { query: selector }),
      })
      for (const text of data) process.stdout.write(`${inert(text)}\n`)
      if (data.length === 0) process.exitCode = EXIT.found
    })
}
