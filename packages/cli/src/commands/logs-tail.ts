import { WeirError } from '@weir/model'
import type { Command } from 'commander'
import { WebSocket } from 'undici'
import { counted } from '../show/columns.ts'
import { type LogOutput, endWithReader, printLog, toldLogs } from './log-output.ts'
import { withOutput, wholeNumber } from './logs-search.ts'
import { type LokiStream, askLoki, serverUrl } from './loki-api.ts'
import { withServer } from './server-option.ts'

interface TailOptions {
  readonly server: string
  readonly limit: string
  readonly since: string
  readonly delay: string
  readonly json: boolean
  readonly output: LogOutput
}

interface TailFrame {
  readonly streams: readonly LokiStream[]
  readonly dropped_entries?: readonly unknown[]
}

/** `weir logs tail QUERY`. */
export function addLogsTail(logs: Command): void {
  withServer(withOutput(logs.command('tail <logql>')))
    .description('lines that a query selects, as they come, until Ctrl-C')
    .option('-n, --limit <count>', 'lines of the past to begin with', '10')
    .option('--since <duration>', 'how far back these may be', '1h')
    .option('--delay <seconds>', 'hold lines back so long, that late ones find their place', '0')
    .action(async (query: string, options: TailOptions) => {
      endWithReader()
      try {
        await follow(tailUrl(query, options), options.json ? 'json' : options.output)
      } catch (error) {
        // A refused WebSocket does not tell why; the query asked by itself does, also where nobody is there.
        await askLoki(options.server, 'format_query', { query })
        throw error
      }
    })
}

function tailUrl(query: string, { server, limit, since, delay }: TailOptions): URL {
  const url = serverUrl(server, '/loki/api/v1/tail')
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.search = new URLSearchParams({
    query,
    since,
    limit: String(Math.max(1, wholeNumber('--limit', limit))),
    delay_for: delay,
  }).toString()
  return url
}

/** Prints what comes; resolves when the server has no more. */
function follow(url: URL, output: LogOutput): Promise<void> {
  const socket = new WebSocket(url, {
    headers: { 'x-loki-response-encoding-flags': 'categorize-labels' },
  })
  let isOpen = false
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => {
      isOpen = true
    })
    socket.addEventListener('message', ({ data }) => {
      const { streams, dropped_entries: dropped = [] } = JSON.parse(String(data)) as TailFrame
      for (const log of toldLogs(streams, 1)) printLog(log, output)
      if (dropped.length > 0) {
        process.stderr.write(`weir: too slow for ${counted(dropped.length, 'line')}, not shown\n`)
      }
    })
    socket.addEventListener('close', ({ code, reason }) => {
      if (code === 1000 || code === 1001) {
        if (reason !== '') process.stderr.write(`weir: ${reason}\n`)
        resolve()
        return
      }
      const told = reason === '' ? '' : `: ${reason}`
      const why = isOpen
        ? `the connection broke (${code}${told}); start again to go on`
        : 'it takes no such tail; want a query for lines, and fewer tails at a time than logs.query.max_tails'
      reject(new WeirError('SERVER_AWAY', `Cannot follow ${url.host}: ${why}`))
    })
    process.once('SIGINT', () => socket.close(1000))
  })
}
