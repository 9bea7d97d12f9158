import { systemClock } from '@weir/model'
import type { LoggersView, OverrideView } from '@weir/packs'
import type { Command } from 'commander'
import { EXIT } from '../exit.ts'
import { loggerLines, loggerNotes, overrideLines } from '../show/level-text.ts'
import { asking } from './alertmanager-api.ts'
import { tellWeir } from './ask-weir.ts'
import { withServer } from './server-option.ts'

interface GetFlags {
  readonly server: string
  readonly instance?: string
  readonly host?: string
  readonly json: boolean
}

interface ListFlags {
  readonly server: string
  readonly all: boolean
  readonly json: boolean
}

/** `weir level get`, `list`. */
export function addLevelQueries(level: Command): void {
  withServer(level.command('get [pattern]'))
    .description(
      'loggers and their levels; SERVICE/LOGGER, or SERVICE; exits 1 when there are none',
    )
    .option('--instance <pattern>', 'only of this process')
    .option('--host <pattern>', 'only of processes on this host')
    .option('--json', 'what the HTTP API gives', false)
    .action(getLevels)
  withServer(level.command('list'))
    .description('changes of levels that hold')
    .option('--all', 'those that are over too', false)
    .option('--json', 'what the HTTP API gives', false)
    .action(listOverrides)
}

async function getLevels(pattern: string | undefined, flags: GetFlags): Promise<void> {
  const { service, logger } = patternsOf(pattern ?? '*')
  const params = Object.entries({ service, logger, instance: flags.instance, host: flags.host })
  const given = params.flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  const view = await tellWeir<LoggersView>(
    flags.server,
    'GET',
    asking('/api/weir/v1/loggers', given),
  )
  const lines = loggerLines(view)
  if (flags.json) console.log(JSON.stringify(view, null, 2))
  else for (const line of lines) console.log(line)
  for (const note of loggerNotes(view)) console.error(note)
  if (lines.length === 0) {
    if (!flags.json) console.error(`no logger ${pattern ?? ''} is connected`)
    process.exitCode = EXIT.found
  }
}

async function listOverrides({ server, all, json }: ListFlags): Promise<void> {
  const path = `/api/weir/v1/loggers/${all ? 'audit' : 'overrides'}`
  const { overrides } = await tellWeir<{ readonly overrides: readonly OverrideView[] }>(
    server,
    'GET',
    path,
  )
  if (json) console.log(JSON.stringify(overrides, null, 2))
  else for (const line of overrideLines(overrides, systemClock.now())) console.log(line)
}

/** `orders/kafka*` → service and logger; without a slash all loggers of a service. */
export function patternsOf(pattern: string): {
  readonly service: string
  readonly logger: string
} {
  const slash = pattern.indexOf('/')
  if (slash < 0) return { service: pattern, logger: '*' }
  return { service: pattern.slice(0, slash), logger: pattern.slice(slash + 1) }
}
