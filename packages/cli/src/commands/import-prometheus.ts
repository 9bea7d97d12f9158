import { existsSync } from 'node:fs'
import { WeirError, systemClock } from '@weir/model'
import { importIntoFolder } from '@weir/server'
import type { Command } from 'commander'
import { EXIT } from '../exit.ts'
import { type Imported, importFromPrometheus } from '../import/from-prometheus.ts'
import { PrometheusSource } from '../import/prometheus-source.ts'
import { importToServer } from '../import/to-server.ts'
import { Progress } from '../show/progress.ts'
import { DEFAULT_SERVER, withAccess } from './server-option.ts'
import { durationArgument, timeArgument } from './time-arguments.ts'

interface Options {
  readonly server: string
  readonly dataDir?: string
  readonly from?: string
  readonly until?: string
  readonly window: string
  readonly json: boolean
}

const DAY_MS = 86_400_000
/** As long as Prometheus keeps samples unless told otherwise. */
const USUAL_MS = 15 * DAY_MS

export function addImportPrometheus(command: Command): void {
  withAccess(command.command('prometheus <url>'))
    .description('all that a Prometheus has, by remote read; may be repeated')
    .option('--server <url>', 'the running Weir', DEFAULT_SERVER)
    .option('--data-dir <folder>', 'a data directory that no Weir has open, instead of a server')
    .option('--from <time>', 'the first moment, such as 2026-01-02T15:04:05Z (default 15 days ago)')
    .option('--until <time>', 'the last moment (default now)')
    .option('--window <duration>', 'how much to ask for at once', '2h')
    .option('--json', 'one object with what became of it', false)
    .action(async (url: string, options: Options) => {
      if (existsSync(url)) {
        throw new WeirError(
          'SERVER_REFUSED',
          `Cannot import the folder ${JSON.stringify(url)}: start a Prometheus with it (--storage.tsdb.path) and give its address, or import what promtool tsdb dump-openmetrics writes`,
        )
      }
      await run(new PrometheusSource(url), options)
    })
}

async function run(source: PrometheusSource, options: Options): Promise<void> {
  const nowMs = systemClock.now()
  const { from, until } = options
  const startMs = from === undefined ? nowMs - USUAL_MS : timeArgument('--from', from)
  const endMs = until === undefined ? nowMs : timeArgument('--until', until)
  const windowMs = Math.max(1000, durationArgument('--window', options.window))
  await using target =
    options.dataDir === undefined
      ? importToServer(options.server)
      : await importIntoFolder(options.dataDir)
  const progress = new Progress(source.shown, endMs - startMs)
  let doneMs = startMs
  try {
    const span = { startMs, endMs, windowMs }
    const imported = await importFromPrometheus(source, target, span, (atMs, samples) => {
      doneMs = atMs
      progress.show(atMs - startMs, samples)
    })
    progress.done()
    for (const line of options.json ? asJson(imported) : asText(source.shown, imported)) {
      console.log(line)
    }
    if (Object.keys(imported.rejected).length > 0) process.exitCode = EXIT.found
  } catch (error) {
    progress.done()
    if (!(error instanceof WeirError)) throw error
    const goOn = new Date(doneMs).toISOString()
    const advice = `what is older than ${goOn} is in; --from ${goOn} goes on there`
    throw new WeirError(error.code, `${error.message}; ${advice}`, { cause: error })
  }
}

function asText(shown: string, { samples, metrics, rejected, example }: Imported): string[] {
  const refused = Object.entries(rejected).map(
    ([reason, count]) => `${shown}: ${count} refused: ${reason}, such as ${example}`,
  )
  return [`${shown}: ${samples} samples of ${metrics} metrics`, ...refused]
}

function asJson(imported: Imported): string[] {
  return [JSON.stringify(imported, null, 2)]
}
