import { userInfo } from 'node:os'
import { type Clock, WeirError, systemClock } from '@weir/model'
import type { LogLevel, OverrideDraft, OverrideView } from '@weir/packs'
import { LOG_LEVELS } from '@weir/server/words'
import type { Command } from 'commander'
import { EXIT } from '../exit.ts'
import { outcomeLines, patternOf } from '../show/level-text.ts'
import { tellWeir } from './ask-weir.ts'
import { patternsOf } from './level-queries.ts'
import { withServer } from './server-option.ts'
import { durationArgument } from './time-arguments.ts'

interface SetFlags {
  readonly server: string
  readonly for: string
  readonly why: string
  readonly by: string
  readonly instance?: string
  readonly host?: string
  readonly version?: string
  readonly records?: string
  readonly wait?: string | true
  readonly json: boolean
}

interface ClearFlags {
  readonly server: string
  readonly all: boolean
  readonly by: string
}

/** `--wait` without a time: two turns of a client that has lost its connection. */
const WAIT = '15s'
const LOOK_MS = 200

const OVERRIDES = '/api/weir/v1/loggers/overrides'

/** `weir level set`, `clear`. */
export function addLevelChanges(level: Command): void {
  withServer(level.command('set <pattern> <level>'))
    .description('change the level of SERVICE/LOGGER for a while; `*` stands for anything')
    .requiredOption('--for <duration>', 'how long: 10m; at most 24h')
    .option('--why <text>', 'why; it is kept in the list of changes', '')
    .option('--by <name>', 'who does it', userInfo().username)
    .option('--instance <pattern>', 'only this process')
    .option('--host <pattern>', 'only processes on this host')
    .option('--version <pattern>', 'only this version of the program')
    .option('--records <count>', 'end it earlier in a process that has let through so many records')
    .option('--wait [duration]', `wait until all have it (${WAIT}); exits 1 when some have not`)
    .option('--json', 'what the HTTP API gives', false)
    .action(setLevel)
  withServer(level.command('clear [what...]'))
    .description('end changes of levels at once, by id or by the SERVICE/LOGGER they are for')
    .option('--all', 'all that hold', false)
    .option('--by <name>', 'who does it', userInfo().username)
    .action(clearLevels)
}

async function setLevel(pattern: string, level: string, flags: SetFlags): Promise<void> {
  const draft = draftOf(pattern, level, flags)
  const waitMs =
    flags.wait === undefined
      ? 0
      : durationArgument('--wait', flags.wait === true ? WAIT : flags.wait)
  const begun = await tellWeir<OverrideView>(flags.server, 'POST', OVERRIDES, draft)
  const view = await settled(begun, waitMs, systemClock, () =>
    tellWeir(flags.server, 'GET', `${OVERRIDES}/${begun.id}`),
  )
  if (flags.json) console.log(JSON.stringify(view, null, 2))
  else for (const line of outcomeLines(view)) console.log(line)
  if (view.ofCount === 0) {
    console.error('warning: no connected process has such a logger; those that come will have it')
  }
  if (flags.wait !== undefined && view.appliedCount < view.ofCount) process.exitCode = EXIT.found
}

/** What `weir level set` asks for. @throws {WeirError} `HTTP_PARAMETER` */
export function draftOf(
  pattern: string,
  level: string,
  flags: Omit<SetFlags, 'json' | 'server'>,
): OverrideDraft {
  if (!pattern.includes('/')) {
    throw wrong(
      `Cannot set ${JSON.stringify(pattern)}: want SERVICE/LOGGER such as ${JSON.stringify(`${pattern}/*`)}`,
    )
  }
  const { service, logger } = patternsOf(pattern)
  const known = LEVEL_WORDS.get(level.toLowerCase())
  if (known === undefined) {
    throw wrong(`Cannot set level ${JSON.stringify(level)}: want one of ${LOG_LEVELS.join(', ')}`)
  }
  const { instance, host, version, records } = flags
  const recordsMax = records === undefined ? undefined : Number(records)
  if (recordsMax !== undefined && !(Number.isSafeInteger(recordsMax) && recordsMax > 0)) {
    throw wrong(`Cannot use --records ${JSON.stringify(records)}: want a whole number above 0`)
  }
  return {
    selector: { ...(service === '*' ? {} : { service }), instance, host, version },
    logger,
    level: known,
    durationMs: durationArgument('--for', flags.for),
    reason: flags.why,
    author: flags.by,
    recordsMax,
  }
}

/** Levels, and what they are called elsewhere. */
const LEVEL_WORDS: ReadonlyMap<string, LogLevel> = new Map([
  ...LOG_LEVELS.map((level) => [level, level] as const),
  ['warn', 'warning'],
  ['fatal', 'critical'],
])

/** Looks again until every process has said what it made of it, or the time is over. */
export async function settled(
  begun: OverrideView,
  waitMs: number,
  clock: Clock,
  look: () => Promise<OverrideView>,
): Promise<OverrideView> {
  const endMs = clock.monotonicMs() + waitMs
  let view = begun
  while (view.reach.some(isOpen) && clock.monotonicMs() < endMs) {
    await clock.sleep(LOOK_MS)
    view = await look()
  }
  return view
}

function isOpen({ state }: OverrideView['reach'][number]): boolean {
  return state === 'waiting' || state === 'failed'
}

async function clearLevels(
  what: readonly string[],
  { server, all, by }: ClearFlags,
): Promise<void> {
  const { overrides } = await tellWeir<{ readonly overrides: readonly OverrideView[] }>(
    server,
    'GET',
    OVERRIDES,
  )
  for (const { id } of meant(what, all, overrides)) {
    await tellWeir(server, 'DELETE', `${OVERRIDES}/${id}?by=${encodeURIComponent(by)}`)
    console.log(id)
  }
}

/** Those to be cleared. @throws {WeirError} `OVERRIDE_UNKNOWN`, `HTTP_PARAMETER` */
export function meant(
  what: readonly string[],
  all: boolean,
  overrides: readonly OverrideView[],
): readonly OverrideView[] {
  if (all) return overrides
  if (what.length === 0) throw wrong('Cannot clear nothing: want ids, SERVICE/LOGGER, or --all')
  const found = what.flatMap((one) => {
    const those = overrides.filter(
      (view) => view.id === one || patternOf(view).split(' ')[0] === one,
    )
    if (those.length > 0) return those
    const why = `Cannot find ${JSON.stringify(one)}: want what weir level list shows as Id or Loggers`
    throw new WeirError('OVERRIDE_UNKNOWN', why)
  })
  return [...new Set(found)]
}

function wrong(why: string): WeirError {
  return new WeirError('HTTP_PARAMETER', why)
}
