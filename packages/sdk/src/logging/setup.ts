import type { Writable } from 'node:stream'
import { SYSTEM_CLOCK } from '../clock.ts'
import type { DestinationStats, LogDestination } from './destination.ts'
import { FileDestination } from './file-destination.ts'
import { LEVEL, type LevelWord, levelName, parseLevel } from './level.ts'
import { type CoreOptions, LoggingCore, OWN_LOGGER } from './logging-core.ts'
import { RecordEncoder, type RecordOptions } from './record-encoder.ts'
import { sharedState } from './shared-state.ts'
import { StreamDestination } from './stream-destination.ts'
import { WeirDestination, type WeirLogOptions } from './weir-destination.ts'

export interface LoggingOptions extends Omit<RecordOptions, 'fields'>, CoreOptions {
  /** Records below it are not written. `LOG_LEVEL` unless told, else INFO. */
  readonly level?: LevelWord
  /** Levels of their own for loggers and all below them: `{'orders.kafka_source': 'DEBUG'}`. */
  readonly levels?: Readonly<Record<string, LevelWord>>
  /** JSON lines, or lines for people. `JSON_FORMAT` unless told, else JSON everywhere but on a terminal. */
  readonly jsonFormat?: boolean
  /** A file to write to. `LOG_FILE` unless told. */
  readonly logFile?: string
  /** The file is put aside when it would grow beyond, 10 MiB unless told; 0: never. */
  readonly maxBytes?: number
  /** How many files that were put aside are kept, 5 unless told. */
  readonly backupCount?: number
  /** Where lines go besides: standard output unless told; false: nowhere. */
  readonly console?: 'stdout' | 'stderr' | false | Writable
  /** Weir itself, by its address. */
  readonly weir?: string | WeirLogOptions
  /** Whatever else takes lines. */
  readonly destinations?: readonly LogDestination[]
  /** Whether each record says where in the program it was written; costs some microseconds each. */
  readonly source?: boolean
  /** Fields that each record's context should have; of a logger whose records lack one it is said once. */
  readonly requiredContext?: readonly string[]
  /** Who writes: becomes labels of the log lines at Weir. `service` is `WEIR_SERVICE` or `OTEL_SERVICE_NAME` unless told. */
  readonly service?: string
  readonly pipeline?: string
  readonly system?: string
  readonly version?: string
  /** Whether the first record says how logging was set up; true unless told. */
  readonly announce?: boolean
}

/** What `setupLogging` set up. */
export interface Logging extends AsyncDisposable {
  /** Resolves when what was logged so far has arrived, or was given up. Never rejects. */
  flush(): Promise<void>
  /** Flushes and lets go of files and sockets. What is logged afterwards begins anew with defaults. */
  close(): Promise<void>
  stats(): { readonly failures: number; readonly destinations: readonly DestinationStats[] }
}

/**
 * Sets up how and where all loggers of this process write. Called again, it replaces what was there:
 * loggers that exist follow. Without it they write with the defaults that the environment gives.
 *
 * @throws {TypeError} when the address of Weir is none
 */
export function setupLogging(options: LoggingOptions = {}): Logging {
  const state = sharedState()
  const settings = settingsOf(options)
  const core = coreOf(settings)
  const before = state.core
  state.core = core
  void before?.close()
  state.registry.clearConfigured()
  state.registry.configure('root', levelOf(settings.level))
  for (const [name, level] of Object.entries(settings.levels ?? {})) {
    state.registry.configure(name, levelOf(level))
  }
  if (settings.announce !== false) announce(core, settings)
  const close = async (): Promise<void> => {
    if (state.core === core) state.core = undefined
    await core.close()
  }
  return {
    flush: () => core.flush(),
    close,
    stats: () => core.stats(),
    [Symbol.asyncDispose]: close,
  }
}

/** Logging of an adapter's own, beside what `setupLogging` made for the loggers of this package. */
export function openLogging(options: LoggingOptions): LoggingCore {
  return coreOf(settingsOf(options))
}

/** What logging without a set-up comes to. */
export function ensureLogging(): LoggingCore {
  const state = sharedState()
  return (state.core ??= coreOf(settingsOf({})))
}

/** What the caller said, and beneath it what the environment says. */
function settingsOf(options: LoggingOptions): LoggingOptions {
  const { LOG_LEVEL, JSON_FORMAT, LOG_FILE, WEIR_SERVICE, OTEL_SERVICE_NAME } = process.env
  const jsonFormat = truthOf(JSON_FORMAT)
  const service = WEIR_SERVICE || OTEL_SERVICE_NAME
  return {
    ...(LOG_LEVEL ? { level: LOG_LEVEL } : {}),
    ...(LOG_FILE ? { logFile: LOG_FILE } : {}),
    ...(jsonFormat === undefined ? {} : { jsonFormat }),
    ...(service ? { service } : {}),
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  }
}

function truthOf(text: string | undefined): boolean | undefined {
  if (text === undefined || text.trim() === '') return undefined
  return !['false', '0', 'no', 'off'].includes(text.trim().toLowerCase())
}

function levelOf(word: string | undefined): number {
  if (word === undefined || word === '') return LEVEL.INFO
  const level = parseLevel(word)
  if (level !== undefined) return level
  process.emitWarning(
    `Cannot log at level "${word.slice(0, 100)}": want one of ${Object.keys(LEVEL).join(', ')}; INFO is used`,
  )
  return LEVEL.INFO
}

function coreOf(settings: LoggingOptions): LoggingCore {
  const { service, pipeline, system, version } = settings
  const named = Object.entries({ service, pipeline, system, version })
  const given = named.filter((field): field is [string, string] => typeof field[1] === 'string')
  const encoder = new RecordEncoder({ ...settings, fields: Object.fromEntries(given) })
  return new LoggingCore(encoder, destinationsOf(settings), settings)
}

function destinationsOf(settings: LoggingOptions): LogDestination[] {
  const { logFile, weir, jsonFormat, maxBytes = 10 * 1024 * 1024, backupCount = 5 } = settings
  const found = [...(settings.destinations ?? [])]
  const stream = streamOf(settings.console)
  if (stream !== undefined) {
    const { console: asked = 'stdout' } = settings
    const name = typeof asked === 'string' ? asked : 'stream'
    found.push(consoleDestination(stream, name, jsonFormat))
  }
  if (logFile !== undefined) {
    const isPretty = jsonFormat === false
    found.push(new FileDestination({ path: logFile, maxBytes, backupCount, isPretty }))
  }
  if (weir !== undefined)
    found.push(new WeirDestination(typeof weir === 'string' ? { url: weir } : weir))
  return found
}

function streamOf(console: LoggingOptions['console']): Writable | undefined {
  if (console === false) return undefined
  return typeof console === 'object' ? console : process[console ?? 'stdout']
}

function isTerminal(stream: (Writable & { readonly isTTY?: boolean }) | undefined): boolean {
  return stream?.isTTY === true
}

function consoleDestination(
  stream: Writable,
  name: string,
  jsonFormat: boolean | undefined,
): LogDestination {
  const hasPeople = isTerminal(stream)
  const hasColour = hasPeople && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'
  return new StreamDestination(stream, { name, isPretty: !(jsonFormat ?? !hasPeople), hasColour })
}

function announce(core: LoggingCore, settings: LoggingOptions): void {
  const level = levelOf(settings.level)
  if (level > LEVEL.INFO) return
  const context = {
    log_level: levelName(level),
    json_format: settings.jsonFormat ?? !isTerminal(streamOf(settings.console)),
    log_file: settings.logFile ?? null,
  }
  const line = core.encoder.line(core.encoder.head(LEVEL.INFO, OWN_LOGGER), {
    timeMs: SYSTEM_CLOCK.now(),
    message: 'Logging configured',
    fixed: [],
    given: [context],
    error: undefined,
    source: undefined,
  })
  core.write(line, LEVEL.INFO)
}
