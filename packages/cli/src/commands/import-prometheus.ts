import { existsSync } from 'node:fs'
import { WeirError, systemClock } from '@weir/model'
import { type ImportTarget, PrometheusData, importIntoFolder } from '@weir/server'
import type { Command } from 'commander'
import { dispatcherOfFile } from '../connection.ts'
import { EXIT } from '../exit.ts'
import { type ImportedData, importFromDataDirectory } from '../import/from-data-directory.ts'
import { type Imported, importFromPrometheus } from '../import/from-prometheus.ts'
import { PrometheusSource } from '../import/prometheus-source.ts'
import { requireSpace } from '../import/require-space.ts'
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
  readonly match: readonly string[]
  readonly skipDamaged: boolean
  readonly 'source.http.config.file'?: string
  readonly json: boolean
}

const SOURCE_CONFIG = '--source.http.config.file'
const DAY_MS = 86_400_000
/** As long as Prometheus keeps samples unless told otherwise. */
const USUAL_MS = 15 * DAY_MS

export function addImportPrometheus(command: Command): void {
  withAccess(command.command('prometheus <source>'))
    .description(
      'all that a Prometheus has: from its URL by remote read, or from its data directory or a snapshot; may be repeated',
    )
    .option('--server <url>', 'the running Weir', DEFAULT_SERVER)
    .option('--data-dir <folder>', 'a data directory that no Weir has open, instead of a server')
    .option(
      '--from <time>',
      'the first moment, such as 2026-01-02T15:04:05Z (default: of a URL 15 days ago, of a directory all)',
    )
    .option('--until <time>', 'the last moment (default: of a URL now, of a directory all)')
    .option('--window <duration>', 'how much to ask a URL for at once', '2h')
    .option('--match <selector>', 'only these series; may be repeated', each, [])
    .option(
      `${SOURCE_CONFIG} <file>`,
      'how to ask a URL (token, user, certificates), as --http.config.file says it of Weir',
    )
    .option('--skip-damaged', 'leave out and tell what cannot be read', false)
    .option('--json', 'one object with what became of it', false)
    .action(async (source: string, options: Options) => {
      await using target =
        options.dataDir === undefined
          ? importToServer(options.server)
          : await importIntoFolder(options.dataDir)
      if (existsSync(source)) await runFolder(source, options, target)
      else await runUrl(source, options, target)
    })
}

function each(given: string, before: readonly string[]): readonly string[] {
  return [...before, given]
}

async function runUrl(url: string, options: Options, target: ImportTarget): Promise<void> {
  const file = options['source.http.config.file']
  const dispatcher = file === undefined ? undefined : await dispatcherOfFile(SOURCE_CONFIG, file)
  const source = new PrometheusSource(url, dispatcher)
  const nowMs = systemClock.now()
  const { from, until } = options
  const startMs = from === undefined ? nowMs - USUAL_MS : timeArgument('--from', from)
  const endMs = until === undefined ? nowMs : timeArgument('--until', until)
  const windowMs = Math.max(1000, durationArgument('--window', options.window))
  const progress = new Progress(source.shown, endMs - startMs)
  let doneMs = startMs
  try {
    const { match: selectors, skipDamaged: skipsDamage } = options
    const span = { startMs, endMs, windowMs, selectors, skipsDamage }
    const imported = await importFromPrometheus(source, target, span, (atMs, samples) => {
      doneMs = atMs
      progress.show(atMs - startMs, samples)
    })
    progress.done()
    const what = `${imported.samples} samples of ${imported.metrics} metrics`
    show(source.shown, what, imported, options)
    showDamage(source.shown, imported.damaged, options)
  } catch (error) {
    progress.done()
    throw withAdvice(error, doneMs)
  }
}

async function runFolder(folder: string, options: Options, target: ImportTarget): Promise<void> {
  const { from, until } = options
  const data = new PrometheusData(folder, {
    fromMs: from === undefined ? Number.NEGATIVE_INFINITY : timeArgument('--from', from),
    untilMs: until === undefined ? Number.POSITIVE_INFINITY : timeArgument('--until', until),
    selectors: options.match,
    skipsDamage: options.skipDamaged,
  })
  // What selectors choose may be any part of it.
  if (options.match.length === 0) await requireSpace(folder, data.bytes, target)
  const progress = new Progress(folder, data.entryCount)
  try {
    const imported = await importFromDataDirectory(data, target, (samples) => {
      progress.show(data.entriesDone, samples)
    })
    progress.done()
    const { samples, metrics, blocks, head, damaged } = imported
    const where = `${blocks} blocks${head === null ? '' : ' and the log'}`
    show(folder, `${samples} samples of ${metrics} metrics in ${where}`, imported, options)
    if (head !== null && !options.json) {
      if (head.breaksOff) {
        console.log(`${folder}: its log ends within a record, as after a kill; all before it is in`)
      }
      if (head.nameless > 0) {
        console.log(
          `${folder}: ${head.nameless} samples of series that the log does not name were left out`,
        )
      }
    }
    showDamage(folder, damaged, options)
  } catch (error) {
    progress.done()
    throw withAdvice(error, data.doneMs)
  }
}

function show(shown: string, what: string, of: Imported | ImportedData, options: Options): void {
  const refused = Object.entries(of.rejected)
  if (refused.length > 0) process.exitCode = EXIT.found
  if (options.json) {
    console.log(JSON.stringify(of, null, 2))
    return
  }
  console.log(`${shown}: ${what}`)
  for (const [reason, count] of refused) {
    console.log(`${shown}: ${count} refused: ${reason}, such as ${of.example}`)
  }
}

function showDamage(shown: string, { count, told }: Imported['damaged'], options: Options): void {
  if (count === 0) return
  process.exitCode = EXIT.found
  if (options.json) return
  console.log(`${shown}: ${count} times something damaged was left out`)
  for (const one of told) console.log(`${shown}: ${one}`)
}

/** With where to go on. */
function withAdvice(error: unknown, doneMs: number): unknown {
  if (!(error instanceof WeirError) || !Number.isFinite(doneMs)) return error
  const goOn = new Date(doneMs).toISOString()
  const advice = `what is older than ${goOn} is in; --from ${goOn} goes on there`
  return new WeirError(error.code, `${error.message}; ${advice}`, { cause: error })
}
