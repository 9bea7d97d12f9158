import { userInfo } from 'node:os'
import { type Matcher, WeirError, systemClock } from '@weir/model'
import { type Command, Option } from 'commander'
import { silenceLines } from '../show/silence-text.ts'
import type { ApiMatcher, ApiSilence } from './alertmanager-api.ts'
import { tellWeir } from './ask-weir.ts'
import { gather, matcherArguments, pairArguments } from './label-arguments.ts'
import { withServer } from './server-option.ts'
import { durationArgument, timeArgument } from './time-arguments.ts'
import { isWide, previewOf, showPreview } from './silence-preview.ts'

interface AddFlags {
  readonly server: string
  readonly author: string
  readonly comment: string
  readonly requireComment: boolean
  readonly by?: string
  readonly duration: string
  readonly for?: string
  readonly dryRun: boolean
  readonly start?: string
  readonly end?: string
  readonly annotation: readonly string[]
  readonly json: boolean
}

interface UpdateFlags {
  readonly server: string
  readonly comment?: string
  readonly duration?: string
  readonly start?: string
  readonly end?: string
  readonly quiet: boolean
  readonly json: boolean
}

/** `weir silence add`, `update`, `expire`. */
export function addSilenceChanges(silence: Command): void {
  withServer(silence.command('add <matchers...>'))
    .description('make a silence and print its id; a bare first argument is the name of an alert')
    .option('-a, --author <name>', 'who makes it', userInfo().username)
    .option('-c, --comment <text>', 'why', '')
    .option('--no-require-comment', 'take it without a comment')
    .option('-d, --duration <duration>', 'how long', '1h')
    .addOption(new Option('--by <name>', 'as --author').hideHelp())
    .addOption(new Option('--for <duration>', 'as --duration').hideHelp())
    .option('--start <time>', 'from when on, RFC 3339 (default now)')
    .option('--end <time>', 'until when, RFC 3339, in place of --duration')
    .option('--annotation <name=value>', 'kept with it; may be given more than once', gather, [])
    .option('--dry-run', 'only say what it would hold back', false)
    .option('--json', 'the id as JSON', false)
    .action((matchers: string[], flags: AddFlags) => add(matcherArguments(matchers), flags))
  withServer(silence.command('update <ids...>'))
    .description('change when silences begin and end, or their comment')
    .option('-c, --comment <text>', 'why')
    .option('-d, --duration <duration>', 'how long, from their start')
    .option('--start <time>', 'from when on, RFC 3339')
    .option('--end <time>', 'until when, RFC 3339, in place of --duration')
    .option('-q, --quiet', 'only ids', false)
    .option('--json', "the API's own JSON", false)
    .action((ids: string[], flags: UpdateFlags) => update(ids, flags))
  withServer(silence.command('expire <ids...>').alias('end'))
    .description('end silences now')
    .action(async (ids: string[], { server }: { readonly server: string }) => {
      for (const id of ids) {
        await tellWeir(server, 'DELETE', silencePath(id))
        console.log(id)
      }
    })
}

async function add(matchers: readonly Matcher[], flags: AddFlags): Promise<void> {
  const { server, author, comment, requireComment, annotation, json } = flags
  if (flags.dryRun) {
    await showPreview(matchers, { server, json })
    return
  }
  if (requireComment && comment === '') {
    throw new WeirError(
      'SILENCE_INVALID',
      'Cannot make a silence without a reason: want --comment, or --no-require-comment',
    )
  }
  const { start, end, duration } = flags
  const startMs = start === undefined ? systemClock.now() : timeArgument('--start', start)
  const endMs =
    end === undefined
      ? startMs + durationArgument('--duration', flags.for ?? duration)
      : timeArgument('--end', end)
  checkOrder(startMs, endMs)
  const preview = await previewOf(server, matchers)
  if (preview !== undefined && isWide(preview)) {
    console.error(`warning: it holds back ${preview.alerts} of ${preview.of} alerts`)
  }
  const { silenceID } = await post(server, {
    matchers: matchers.map(apiMatcher),
    ...timesOf(startMs, endMs),
    createdBy: flags.by ?? author,
    comment,
    annotations: pairArguments('--annotation', annotation),
  })
  console.log(json ? JSON.stringify({ silenceID }) : silenceID)
}

async function update(ids: readonly string[], flags: UpdateFlags): Promise<void> {
  const { server, quiet, json } = flags
  const changed: ApiSilence[] = []
  for (const id of ids) {
    const before = await tellWeir<ApiSilence>(server, 'GET', silencePath(id))
    const { silenceID } = await post(server, changedSilence(before, flags))
    changed.push(await tellWeir<ApiSilence>(server, 'GET', silencePath(silenceID)))
  }
  if (json) console.log(JSON.stringify(changed, null, 2))
  else if (quiet) for (const { id } of changed) console.log(id)
  else for (const line of silenceLines(changed, systemClock.now())) console.log(line)
}

async function post(server: string, silence: object): Promise<{ readonly silenceID: string }> {
  return tellWeir(server, 'POST', '/api/v2/silences', silence)
}

/** The silence as it is to be; what no flag names stays. */
export function changedSilence(
  before: ApiSilence,
  { comment, duration, start, end }: Pick<UpdateFlags, 'comment' | 'duration' | 'start' | 'end'>,
): object {
  const startMs = start === undefined ? Date.parse(before.startsAt) : timeArgument('--start', start)
  const endMs =
    end !== undefined
      ? timeArgument('--end', end)
      : duration !== undefined
        ? startMs + durationArgument('--duration', duration)
        : Date.parse(before.endsAt)
  checkOrder(startMs, endMs)
  const { id, matchers, createdBy, annotations = {} } = before
  return {
    id,
    matchers,
    ...timesOf(startMs, endMs),
    createdBy,
    comment: comment ?? before.comment,
    annotations,
  }
}

function checkOrder(startMs: number, endMs: number): void {
  if (startMs < endMs) return
  const [start, end] = [startMs, endMs].map((ms) => new Date(ms).toISOString())
  throw new WeirError(
    'SILENCE_INVALID',
    `Cannot make a silence from ${start} to ${end}: want an end after the start`,
  )
}

function timesOf(startMs: number, endMs: number): { readonly startsAt: string; endsAt: string } {
  return { startsAt: new Date(startMs).toISOString(), endsAt: new Date(endMs).toISOString() }
}

function silencePath(id: string): string {
  return `/api/v2/silence/${encodeURIComponent(id)}`
}

function apiMatcher({ name, operator, value }: Matcher): ApiMatcher {
  return { name, value, isRegex: operator.endsWith('~'), isEqual: !operator.startsWith('!') }
}
