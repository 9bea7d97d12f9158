import { userInfo } from 'node:os'
import { WeirError, systemClock } from '@weir/model'
import { parseDuration, parseMatcher } from '@weir/server'
import type { Command } from 'commander'
import { columns, counted } from '../show/columns.ts'
import { tellWeir } from './ask-weir.ts'

interface SilenceMatcher {
  readonly name: string
  readonly value: string
  readonly isRegex: boolean
  readonly isEqual: boolean
}

/** As Alertmanager's API has it. */
interface Silence {
  readonly id: string
  readonly status: { readonly state: 'active' | 'pending' | 'expired' }
  readonly matchers: readonly SilenceMatcher[]
  readonly startsAt: string
  readonly endsAt: string
  readonly createdBy: string
  readonly comment: string
}

interface AddFlags {
  readonly server: string
  readonly for: string
  readonly by: string
  readonly comment: string
  readonly dryRun: boolean
}

/** `weir silence`: `list`, `add`, `end`. */
export function addSilence(program: Command): void {
  const silence = program.command('silence').description('tell nobody for a while')
  withServer(silence.command('list'))
    .description('silences at work and to come')
    .option('--expired', 'those that ended lately, too', false)
    .option('--json', 'as Alertmanager gives them', false)
    .action(list)
  withServer(silence.command('add <matchers...>'))
    .description('hold back the alerts that all matchers meet; prints the id')
    .option('--for <duration>', 'how long', '1h')
    .option('--by <name>', 'who says so', userInfo().username)
    .option('--comment <text>', 'why', '')
    .option('--dry-run', 'only say how many alerts it would hold back now', false)
    .action(add)
  withServer(silence.command('end <ids...>'))
    .alias('expire')
    .description('end silences now')
    .action(async (ids: readonly string[], { server }: { readonly server: string }) => {
      for (const id of ids) {
        await tellWeir(server, 'DELETE', `/api/v2/silence/${encodeURIComponent(id)}`)
        console.log(id)
      }
    })
}

function withServer(command: Command): Command {
  return command.option('--server <url>', 'the Weir to ask', 'http://127.0.0.1:9347')
}

async function list(flags: {
  readonly server: string
  readonly expired: boolean
  readonly json: boolean
}): Promise<void> {
  const all = await tellWeir<readonly Silence[]>(flags.server, 'GET', '/api/v2/silences')
  const shown = all.filter(({ status }) => flags.expired || status.state !== 'expired')
  if (flags.json) console.log(JSON.stringify(shown, null, 2))
  else for (const line of silenceLines(shown)) console.log(line)
}

async function add(texts: readonly string[], flags: AddFlags): Promise<void> {
  const matchers = texts.map(matcherOf)
  if (flags.dryRun) {
    const asked = texts.map((text) => `matcher=${encodeURIComponent(wholeMatcher(text))}`).join('&')
    const path = `/api/weir/v1/silences/preview?${asked}`
    const { alerts, of } = await tellWeir<{ alerts: number; of: number }>(flags.server, 'GET', path)
    console.log(`it would hold back ${alerts} of ${counted(of, 'alert')}`)
    return
  }
  const startMs = systemClock.now()
  const { silenceID } = await tellWeir<{ readonly silenceID: string }>(
    flags.server,
    'POST',
    '/api/v2/silences',
    {
      matchers,
      startsAt: new Date(startMs).toISOString(),
      endsAt: new Date(startMs + parseDuration(flags.for)).toISOString(),
      createdBy: flags.by,
      comment: flags.comment,
    },
  )
  console.log(silenceID)
}

/** A word alone is the name of an alert, as for amtool. */
function wholeMatcher(text: string): string {
  return /[=~]/.test(text) ? text : `alertname=${JSON.stringify(text)}`
}

/** @throws {WeirError} `SILENCE_INVALID` */
export function matcherOf(text: string): SilenceMatcher {
  try {
    const { name, value, operator } = parseMatcher(wholeMatcher(text))
    return { name, value, isRegex: operator.endsWith('~'), isEqual: operator.startsWith('=') }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new WeirError(
      'SILENCE_INVALID',
      `Cannot silence by ${JSON.stringify(text)}: ${why}; want team=web, job=~"etl.*" or the name of an alert`,
    )
  }
}

/** One line each, in the order in which they end. */
export function silenceLines(silences: readonly Silence[]): string[] {
  const rows = silences
    .toSorted((a, b) => (a.endsAt < b.endsAt ? -1 : 1))
    .map(({ id, status, matchers, endsAt, createdBy, comment }) => [
      id,
      status.state,
      `${endsAt.slice(0, 16).replace('T', ' ')} UTC`,
      createdBy,
      matchers.map(matcherText).join(' '),
      comment,
    ])
  return columns([['ID', 'State', 'Ends', 'By', 'Matchers', 'Why'], ...rows])
}

function matcherText({ name, value, isRegex, isEqual }: SilenceMatcher): string {
  const operator = isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!='
  return `${name}${operator}${JSON.stringify(value)}`
}
