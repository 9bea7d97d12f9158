import { hostname } from 'node:os'
import { basename, extname, resolve } from 'node:path'
import type { Command } from 'commander'
import { counted } from '../show/columns.ts'
import { followFiles } from '../follow/follower.ts'
import { LineSender } from '../follow/line-sender.ts'
import { Positions } from '../follow/positions.ts'
import { gather, pairArguments } from './label-arguments.ts'
import { serverUrl } from './loki-api.ts'
import { withServer } from './server-option.ts'

interface FollowFlags {
  readonly server: string
  readonly label: readonly string[]
  readonly state: string
  readonly fromStart: boolean
  readonly multiline: boolean
}

/** `weir logs follow FILE…`. */
export function addLogsFollow(logs: Command): void {
  withServer(logs.command('follow <file...>'))
    .description('send files to Weir as they grow, through rotation, until Ctrl-C')
    .option('-l, --label <name=value>', 'a label of the lines; may be repeated', gather, [])
    .option('--state <file>', 'where it is kept how far was sent', './weir-follow.json')
    .option('--from-start', 'also send what is there already, the first time', false)
    .option('--no-multiline', 'do not join the lines of a stack trace')
    .action(async (files: string[], flags: FollowFlags) => follow(files, flags))
}

async function follow(files: readonly string[], flags: FollowFlags): Promise<void> {
  const own = pairArguments('--label', flags.label)
  const sender = new LineSender(serverUrl(flags.server, '/loki/api/v1/push'), (why) =>
    tell(`${why}; lines wait in their files`),
  )
  await followFiles(
    {
      files: [...new Set(files.map((file) => resolve(file)))],
      labels: (file) => ({
        filename: file,
        host: hostname(),
        service_name: basename(file, extname(file)),
        ...own,
      }),
      positions: new Positions(flags.state),
      sender,
      isFromStart: flags.fromStart,
      joinsLines: flags.multiline,
      onRefused: (file, count, why) =>
        tell(`${why}; ${counted(count, 'line')} of ${file} left out`),
    },
    untilStopped(),
  )
}

function untilStopped(): AbortSignal {
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort())
  return stopped.signal
}

function tell(what: string): void {
  process.stderr.write(`weir: ${what}\n`)
}
