import { WeirError } from '@weir/model'
import { type Command, Option } from 'commander'
import { EXIT } from '../exit.ts'
import { type Reply, showReply } from '../show/query-reply.ts'
import { type LogOutput, type ToldLog, endWithReader, printLog, toldLogs } from './log-output.ts'
import { type LokiReply, askLoki } from './loki-api.ts'
import { withServer } from './server-option.ts'

interface SearchOptions {
  readonly server: string
  readonly since: string
  readonly from?: string
  readonly to?: string
  readonly limit: string
  readonly forward: boolean
  readonly json: boolean
  readonly output: LogOutput
}

/** Lines asked for at once. */
const PAGE = 1000

/** When a search begins and ends, as the server reads it. */
export function withSpan(command: Command): Command {
  return command
    .option('--since <duration>', 'how far back, such as 10m', '1h')
    .option('--from <time>', 'not before this, RFC 3339 or seconds; instead of --since')
    .option('--to <time>', 'before this; now when left out')
}

/** How lines are printed. */
export function withOutput(command: Command): Command {
  return command
    .option('--json', 'a JSON object a line; the same as -o json', false)
    .addOption(
      new Option('-o, --output <form>', 'pretty, raw (the line alone) or json')
        .choices(['pretty', 'raw', 'json'])
        .default('pretty'),
    )
}

/** `weir logs search QUERY`. */
export function addLogsSearch(logs: Command): void {
  withServer(withOutput(withSpan(logs.command('search <logql>'))))
    .description('lines that a query selects, newest first; exits 1 when there are none')
    .option('-n, --limit <count>', 'most lines', '100')
    .option('--forward', 'the oldest first', false)
    .action(async (query: string, options: SearchOptions) => {
      endWithReader()
      const limit = wholeNumber('--limit', options.limit)
      let found = 0
      for await (const answer of searched(query, options, limit)) {
        found += answer.length
        for (const told of answer) {
          if (typeof told === 'string') process.stdout.write(`${told}\n`)
          else printLog(told, options.json ? 'json' : options.output)
        }
      }
      if (found > 0) return
      process.exitCode = EXIT.found
      if (options.from === undefined && options.to === undefined) {
        process.stderr.write(
          `weir: nothing in the last ${options.since}; --since looks further back\n`,
        )
      }
    })
}

/** Lines of a metric query's answer, told once; or pages of lines of log: a page goes on at the time of the last line of the one before. */
async function* searched(
  query: string,
  { server, since, from, to, forward }: SearchOptions,
  limit: number,
): AsyncIterable<readonly (ToldLog | string)[]> {
  let left = limit
  let edge: string | undefined
  let atEdge = new Set<string>()
  while (left > 0) {
    const size = Math.min(PAGE, left + atEdge.size)
    const start = forward && edge !== undefined ? edge : from
    const end = !forward && edge !== undefined ? edge : to
    const reply = await askLoki<LokiReply>(server, 'query_range', {
      query,
      limit: String(size),
      direction: forward ? 'forward' : 'backward',
      since,
      ...(start === undefined ? {} : { start }),
      ...(end === undefined ? {} : { end }),
    })
    if (reply.data.resultType !== 'streams') {
      yield reply.data.result.length === 0 ? [] : [...showReply(reply as unknown as Reply)]
      return
    }
    const page = toldLogs(reply.data.result, forward ? 1 : -1)
    const fresh = page.filter((log) => !atEdge.has(identity(log))).slice(0, left)
    yield fresh
    left -= fresh.length
    const last = page.at(-1)
    if (page.length < size || fresh.length === 0 || last === undefined) return
    atEdge = new Set(page.filter(({ timeNs }) => timeNs === last.timeNs).map(identity))
    // The end is not in an answer: one more than the last time takes lines of that time in again.
    edge = String(forward ? last.timeNs : last.timeNs + 1n)
  }
}

function identity({ timeNs, labels, line }: ToldLog): string {
  return `${timeNs} ${JSON.stringify(labels)} ${line}`
}

/** @throws {WeirError} `HTTP_PARAMETER` */
export function wholeNumber(flag: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new WeirError(
    'HTTP_PARAMETER',
    `Cannot use ${flag} ${JSON.stringify(text)}: want a whole number`,
  )
}
