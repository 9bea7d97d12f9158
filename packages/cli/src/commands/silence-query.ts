import { systemClock } from '@weir/model'
import { showMatcher } from '@weir/server/words'
import type { Command } from 'commander'
import { EXIT } from '../exit.ts'
import { silenceLines } from '../show/silence-text.ts'
import { type ApiSilence, asking } from './alertmanager-api.ts'
import { tellWeir } from './ask-weir.ts'
import { matcherArguments } from './label-arguments.ts'
import { withServer } from './server-option.ts'
import { durationArgument } from './time-arguments.ts'

interface QueryFlags {
  readonly server: string
  readonly expired: boolean
  readonly within?: string
  readonly createdBy?: string
  readonly id?: string
  readonly quiet: boolean
  readonly json: boolean
}

export function addSilenceQuery(silence: Command): void {
  withServer(silence.command('query [matchers...]').alias('list'))
    .description('silences that have these very matchers; exits 1 when there is none')
    .option('--expired', 'those that ended, in place of those to come or at work', false)
    .option('--within <duration>', 'that end, or ended, within this time')
    .option('--created-by <name>', 'of this author')
    .option('--id <id>', 'this one')
    .option('-q, --quiet', 'only ids', false)
    .option('--json', "the API's own JSON, which import reads", false)
    .action(async (given: string[], flags: QueryFlags) => {
      const found = await query(given, flags)
      if (flags.json) console.log(JSON.stringify(found, null, 2))
      else if (flags.quiet) for (const { id } of found) console.log(id)
      else for (const line of silenceLines(found, systemClock.now())) console.log(line)
      if (found.length === 0) process.exitCode = EXIT.found
    })
}

async function query(given: readonly string[], flags: QueryFlags): Promise<ApiSilence[]> {
  const params = matcherArguments(given).map((one) => ['filter', showMatcher(one)] as const)
  const withinMs =
    flags.within === undefined ? undefined : durationArgument('--within', flags.within)
  const all = await tellWeir<ApiSilence[]>(flags.server, 'GET', asking('/api/v2/silences', params))
  return all.filter((one) => isAskedFor(one, { ...flags, withinMs, nowMs: systemClock.now() }))
}

/** As amtool picks them. */
export function isAskedFor(
  { id, endsAt, createdBy: author }: Pick<ApiSilence, 'id' | 'endsAt' | 'createdBy'>,
  asked: Pick<QueryFlags, 'expired' | 'createdBy' | 'id'> & {
    readonly withinMs: number | undefined
    readonly nowMs: number
  },
): boolean {
  const { expired, createdBy, withinMs, nowMs } = asked
  const leftMs = Date.parse(endsAt) - nowMs
  return (
    (asked.id === undefined || asked.id === id) &&
    (createdBy === undefined || createdBy === author) &&
    leftMs <= 0 === expired &&
    (withinMs === undefined || Math.abs(leftMs) <= withinMs)
  )
}
