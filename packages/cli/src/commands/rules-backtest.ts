import { WeirError, systemClock } from '@weir/model'
import type { BacktestResultView, BacktestView } from '@weir/packs'
import { parseDuration } from '@weir/server/words'
import type { Command } from 'commander'
import { EXIT } from '../exit.ts'
import { backtestLines } from '../show/backtest-text.ts'
import { Progress } from '../show/progress.ts'
import { askWeir } from './ask-weir.ts'
import { readFile } from './read-file.ts'
import { DEFAULT_SERVER, withAccess } from './server-option.ts'

interface BacktestFlags {
  readonly rules?: string
  readonly rule?: string
  readonly group?: string
  readonly since: string
  readonly start?: string
  readonly end?: string
  readonly step?: string
  readonly threshold?: string
  readonly for?: string
  readonly alertmanager?: string
  readonly routing: boolean
  readonly timezone?: string
  readonly server: string
  readonly json: boolean
}

const LOOK_EVERY_MS = 200

export function addRulesBacktest(rules: Command): void {
  withAccess(rules.command('backtest'))
    .description('what alerting rules would have done, on the history of a running Weir')
    .option('--rules <file>', 'a Prometheus rule file (default: the rules that are loaded)')
    .option('--rule <name>', 'only the alert of this name')
    .option('--group <name>', 'only this group')
    .option('--since <duration>', 'how far back', '30d')
    .option('--start <time>', 'from when on, RFC 3339 or seconds, in place of --since')
    .option('--end <time>', 'until when (default now)')
    .option('--step <duration>', "other than the groups' intervals")
    .option('--threshold <numbers>', 'try these in place of the number compared with: 0.8,0.9,0.95')
    .option('--for <durations>', 'try these in place of for: 0s,5m,15m')
    .option('--alertmanager <file>', 'an alertmanager.yml (default: the one that is loaded)')
    .option('--no-routing', 'leave notifications out')
    .option('--timezone <name>', 'where nights are (default: here)')
    .option('--server <url>', 'the Weir with the history', DEFAULT_SERVER)
    .option('--json', 'everything, as JSON', false)
    .action(async (flags: BacktestFlags) => {
      const result = await backtest(flags)
      if (flags.json) console.log(JSON.stringify(result, null, 2))
      else for (const line of backtestLines(result)) console.log(line)
      if (result.state === 'done') return
      console.error(`weir: ${result.state}${result.error === '' ? '' : `: ${result.error}`}`)
      process.exitCode = EXIT.refused
    })
}

/** Begins, and looks on until it is over; Ctrl-C ends it on the server too. */
async function backtest(flags: BacktestFlags): Promise<BacktestResultView> {
  const { server } = flags
  const begun = await askWeir<BacktestView>(server, 'backtests', formOf(flags))
  const path = `backtests/${begun.id}`
  const progress = new Progress(begun.ruleNames.join(', '), 1)
  const onInterrupt = (): void => {
    askWeir(server, `${path}/cancel`, {}).catch(() => undefined) // the next look tells
  }
  process.once('SIGINT', onInterrupt)
  for (;;) {
    const view = await askWeir<BacktestResultView>(server, path)
    if (view.endedMs !== null) {
      process.off('SIGINT', onInterrupt)
      progress.done()
      return view
    }
    progress.share(view.progress)
    await systemClock.sleep(LOOK_EVERY_MS)
  }
}

function formOf(flags: BacktestFlags): Record<string, string> {
  const { rules, rule, group, end, step, threshold, alertmanager, routing } = flags
  const given = {
    rules: rules === undefined ? undefined : readFile(rules),
    rule,
    group,
    start: flags.start ?? String((systemClock.now() - sinceMs(flags.since)) / 1000),
    end,
    step,
    thresholds: threshold,
    fors: flags.for,
    alertmanager: alertmanager === undefined ? undefined : readFile(alertmanager),
    without_routing: routing ? undefined : 'true',
    timezone: flags.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  }
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

function sinceMs(text: string): number {
  try {
    return parseDuration(text)
  } catch {
    throw new WeirError(
      'BACKTEST_INVALID',
      `Cannot use --since ${JSON.stringify(text)}: want a duration such as 30d`,
    )
  }
}
