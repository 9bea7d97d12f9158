import { readFileSync } from 'node:fs'
import { WeirError } from '@weir/model'
import type { BackfillView } from '@weir/packs'
import type { Command } from 'commander'
import { EXIT } from '../exit.ts'
import { Progress } from '../show/progress.ts'
import { askWeir } from './ask-weir.ts'
import { addRulesBacktest } from './rules-backtest.ts'
import { addRulesTest } from './rules-test.ts'
import { DEFAULT_SERVER, withAccess } from './server-option.ts'

interface BackfillOptions {
  readonly rules: string
  readonly start: string
  readonly end?: string
  readonly step?: string
  readonly server: string
  readonly json: boolean
}

const LOOK_EVERY_MS = 300

export function addRules(program: Command): void {
  const rules = program.command('rules').description('work with rules')
  addRulesTest(rules)
  addRulesBacktest(rules)
  withAccess(rules.command('backfill'))
    .description('evaluate the recording rules of a file for the past, in a running Weir')
    .requiredOption('--rules <file>', 'a Prometheus rule file')
    .requiredOption('--start <time>', 'from when on, RFC 3339 or seconds')
    .option('--end <time>', 'until when (default now)')
    .option('--step <duration>', "other than the groups' intervals; the first step is the start")
    .option('--server <url>', 'the Weir to fill', DEFAULT_SERVER)
    .option('--json', 'what became of it, as JSON', false)
    .action(async (options: BackfillOptions) => {
      const ended = await backfill(options)
      if (options.json) console.log(JSON.stringify(ended, null, 2))
      else console.log(shown(options.rules, ended))
      if (ended.state !== 'done') process.exitCode = EXIT.refused
    })
}

/** Begins, and looks on until it is over; Ctrl-C ends it on the server too. */
async function backfill({
  rules,
  start,
  end,
  step,
  server,
}: BackfillOptions): Promise<BackfillView> {
  const form = {
    rules: readRules(rules),
    start,
    ...(end === undefined ? {} : { end }),
    ...(step === undefined ? {} : { step }),
  }
  let view = await askWeir<BackfillView>(server, 'backfills', form)
  const path = `backfills/${view.id}`
  const progress = new Progress(rules, 1)
  const onInterrupt = (): void => {
    askWeir(server, `${path}/cancel`, {}).catch(() => undefined) // the next look tells
  }
  process.once('SIGINT', onInterrupt)
  while (view.endedMs === null) {
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_EVERY_MS)
    })
    view = await askWeir<BackfillView>(server, path)
    progress.show(view.progress, view.samples)
  }
  process.off('SIGINT', onInterrupt)
  progress.done()
  return view
}

function shown(
  file: string,
  { state, groups, samples, startMs, endMs, error }: BackfillView,
): string {
  const rules = groups.reduce((sum, { ruleCount }) => sum + ruleCount, 0)
  const span = `${new Date(startMs).toISOString()} to ${new Date(endMs).toISOString()}`
  const why = error === '' ? '' : `: ${error}`
  return `${file}: ${state}, ${samples} samples of ${rules} rules, ${span}${why}`
}

function readRules(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new WeirError('RULES_INVALID', `Cannot read ${JSON.stringify(file)}: ${String(error)}`)
  }
}
