import { WeirError } from '@weir/model'
import type { LogContextView, LogLineView } from '@weir/packs'
import type { Command } from 'commander'
import { EXIT } from '../exit.ts'
import { type LogOutput, endWithReader, printLog } from './log-output.ts'
import { withOutput } from './logs-search.ts'
import { askForm } from './loki-api.ts'
import { withServer } from './server-option.ts'

interface ContextOptions {
  readonly server: string
  readonly line?: string
  readonly before: string
  readonly after: string
  readonly json: boolean
  readonly output: LogOutput
}

/** `weir logs context LABELS TIME`, with what `weir logs search --json` says of a line. */
export function addLogsContext(logs: Command): void {
  withServer(withOutput(logs.command('context <labels> <time>')))
    .description('what stands around a line of its stream; exits 1 when there is no such line')
    .option('--line <text>', 'its text, which tells lines of one time apart')
    .option('-B, --before <count>', 'lines before it', '10')
    .option('-A, --after <count>', 'lines after it', '10')
    .addHelpText(
      'after',
      '\nLABELS and TIME as `weir logs search --json` has them: \'{"app":"shop"}\' 1714564800000000000',
    )
    .action(async (labels: string, time: string, options: ContextOptions) => {
      endWithReader()
      const { server, line, before, after, json, output } = options
      const view = await askForm<LogContextView>(server, '/api/weir/v1/logs/context', {
        labels,
        time,
        before,
        after,
        ...(line === undefined ? {} : { line }),
      })
      const stream = labelsOf(labels)
      const print = (one: LogLineView): void =>
        printLog({ ...one, timeNs: BigInt(one.timeNs), labels: stream }, json ? 'json' : output)
      for (const one of view.before) print(one)
      if (view.line !== null) print(view.line)
      for (const one of view.after) print(one)
      if (view.line === null) process.exitCode = EXIT.found
    })
}

function labelsOf(text: string): Readonly<Record<string, string>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, string>>
  } catch {
    const why = `Cannot read labels ${JSON.stringify(text)}: want a JSON object such as {"app":"shop"}`
    throw new WeirError('HTTP_PARAMETER', why)
  }
}
