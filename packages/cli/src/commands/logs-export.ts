import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { WeirError } from '@weir/model'
import type { Command } from 'commander'
import { withSpan } from './logs-search.ts'
import { postForm } from './loki-api.ts'
import { withServer } from './server-option.ts'

interface ExportOptions {
  readonly server: string
  readonly since: string
  readonly from?: string
  readonly to?: string
}

/** `weir logs export FILE SELECTOR`. */
export function addLogsExport(logs: Command): void {
  withServer(withSpan(logs.command('export <file> [selector]')))
    .description('the lines of streams as a Parquet file; of all streams without a selector')
    .action(async (file: string, selector: string | undefined, options: ExportOptions) => {
      const { server, since, from, to } = options
      const { body } = await postForm(server, '/api/weir/v1/logs/export', {
        since,
        ...(selector === undefined ? {} : { query: selector }),
        ...(from === undefined ? {} : { start: from }),
        ...(to === undefined ? {} : { end: to }),
      })
      try {
        await pipeline(body, createWriteStream(file))
      } catch (cause) {
        const why = `Cannot write ${JSON.stringify(file)}: ${(cause as Error).message}`
        throw new WeirError('SERVER_REFUSED', why, { cause })
      }
    })
}
