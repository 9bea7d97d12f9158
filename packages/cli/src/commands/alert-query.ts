import { systemClock } from '@weir/model'
import { showMatcher } from '@weir/server/words'
import type { Command } from 'commander'
import { EXIT } from '../exit.ts'
import { alertLines } from '../show/alert-text.ts'
import { type ApiAlert, asking } from './alertmanager-api.ts'
import { tellWeir } from './ask-weir.ts'
import { matcherArguments } from './label-arguments.ts'
import { withServer } from './server-option.ts'

interface States {
  readonly active: boolean
  readonly silenced: boolean
  readonly inhibited: boolean
  readonly unprocessed: boolean
}

interface QueryFlags extends States {
  readonly server: string
  readonly receiver?: string
  readonly json: boolean
}

export function addAlertQuery(alert: Command): void {
  withServer(alert.command('query [matchers...]'))
    .description('alerts that fire; only active ones unless told; exits 1 when there is none')
    .option('-a, --active', 'those that are told', false)
    .option('-s, --silenced', 'those that a silence holds back', false)
    .option('-i, --inhibited', 'those that another alert stands for', false)
    .option('-u, --unprocessed', 'those that were not looked at yet', false)
    .option('-r, --receiver <regex>', 'that go to a receiver of this name')
    .option('--json', "the API's own JSON", false)
    .action(async (given: string[], flags: QueryFlags) => {
      const alerts = await tellWeir<ApiAlert[]>(
        flags.server,
        'GET',
        asking('/api/v2/alerts', queryParams(given, flags)),
      )
      if (flags.json) console.log(JSON.stringify(alerts, null, 2))
      else for (const line of alertLines(alerts, systemClock.now())) console.log(line)
      if (alerts.length === 0) process.exitCode = EXIT.found
    })
}

/** As amtool asks: without a flag for active ones. */
export function queryParams(
  given: readonly string[],
  { active, silenced, inhibited, unprocessed, receiver }: States & { readonly receiver?: string },
): (readonly [string, string])[] {
  const isAnyAsked = active || silenced || inhibited || unprocessed
  return [
    ...matcherArguments(given).map((one) => ['filter', showMatcher(one)] as const),
    ['active', String(active || !isAnyAsked)],
    ['silenced', String(silenced)],
    ['inhibited', String(inhibited)],
    ['unprocessed', String(unprocessed)],
    ...(receiver === undefined ? [] : [['receiver', receiver] as const]),
  ]
}
