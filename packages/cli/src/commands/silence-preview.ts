import { type Matcher, WeirError } from '@weir/model'
import type { SilencePreview } from '@weir/packs'
import { showMatcher } from '@weir/server/words'
import type { Command } from 'commander'
import { EXIT } from '../exit.ts'
import { labelsText } from '../show/labels-text.ts'
import { asking } from './alertmanager-api.ts'
import { tryWeir } from './ask-weir.ts'
import { matcherArguments } from './label-arguments.ts'
import { withServer } from './server-option.ts'

interface Flags {
  readonly server: string
  readonly json: boolean
}

export function addSilencePreview(silence: Command): void {
  withServer(silence.command('preview <matchers...>'))
    .description('how many alerts a silence would hold back; exits 1 when it is none')
    .option('--json', 'the answer as JSON', false)
    .action(async (given: string[], { server, json }: Flags) => {
      await showPreview(matcherArguments(given), { server, json })
    })
}

/** Prints what a silence would hold back; exits 1 when it is nothing. */
export async function showPreview(
  matchers: readonly Matcher[],
  { server, json }: Flags,
): Promise<void> {
  const preview = await previewOf(server, matchers)
  if (preview === undefined) {
    throw new WeirError('HTTP_NOT_FOUND', `Cannot preview at ${server}: it is not a Weir`)
  }
  if (json) console.log(JSON.stringify(preview, null, 2))
  else for (const line of previewLines(preview)) console.log(line)
  if (isWide(preview)) console.error(WIDE)
  if (preview.alerts === 0) process.exitCode = EXIT.found
}

/** What the server says; undefined where it knows no previews, as Alertmanager. */
export async function previewOf(
  server: string,
  matchers: readonly Matcher[],
): Promise<SilencePreview | undefined> {
  const params = matchers.map((matcher) => ['matcher', showMatcher(matcher)] as const)
  const { status, reply, problem } = await tryWeir<SilencePreview>(
    server,
    'GET',
    asking('/api/weir/v1/silences/preview', params),
  )
  if (status === 200) return reply
  if (status === 404) return undefined
  throw new WeirError('SERVER_REFUSED', problem)
}

const WIDE = 'warning: it is wide: more than half of all alerts'
/** Among a handful of alerts half of them is nothing odd. */
const MANY = 10

/** Whether a silence holds back so much that it may be a mistake. */
export function isWide({ alerts, of }: SilencePreview): boolean {
  return alerts >= MANY && alerts * 2 > of
}

export function previewLines({ alerts, of, alreadySilenced, examples }: SilencePreview): string[] {
  const already = alreadySilenced === 0 ? '' : `, ${alreadySilenced} of them silenced already`
  const more = alerts - examples.length
  return [
    `${alerts} of ${of} alerts${already}`,
    ...examples.map((labels) => `  ${labelsText(labels)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ]
}
