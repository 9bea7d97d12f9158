import { userInfo } from 'node:os'
import { WeirError, systemClock } from '@weir/model'
import type { TokenDraft, TokenView, withTokensIn } from '@weir/server'
import { SCOPES, readByteSize } from '@weir/server/words'
import type { Command } from 'commander'
import { EXIT } from '../exit.ts'
import { keepToOneself } from '../keep-to-oneself.ts'
import { tokenLines } from '../show/token-text.ts'
import { tellWeir } from './ask-weir.ts'
import { gather } from './label-arguments.ts'
import { withServer } from './server-option.ts'
import { durationArgument } from './time-arguments.ts'

interface Where {
  readonly server: string
  readonly dataDir?: string
  readonly json: boolean
}

interface CreateFlags extends Where {
  readonly scope: readonly string[]
  readonly expires?: string
  readonly requestsPerSecond?: string
  readonly bytesPerSecond?: string
  readonly series?: string
}

const TOKENS = '/api/weir/v1/tokens'

/** `weir token …`: who may get in. */
export function addToken(program: Command): void {
  const token = program
    .command('token')
    .description('API tokens: for programs and people that Weir is to let in')
  withWhere(token.command('create <name>'))
    .description('make a token and print it; it is shown this once')
    .option('-s, --scope <scope>', `${SCOPES.join(', ')}; may be given more than once`, gather, [])
    .option('--expires <duration>', 'how long it is good: 90d (default: until it is revoked)')
    .option('--requests-per-second <count>', 'at most so many requests with it')
    .option('--bytes-per-second <size>', 'at most so much sent with it: 1MB')
    .option('--series <count>', 'at most so many series, and streams of log lines, at a time')
    .action(create)
  withWhere(token.command('list').alias('ls'))
    .description('the tokens that there are, without their secrets; exits 1 when there is none')
    .action(list)
  withWhere(token.command('revoke <which...>').alias('rm'))
    .description('end tokens at once, by name or id')
    .action(revoke)
}

function withWhere(command: Command): Command {
  return withServer(command)
    .option('--data-dir <folder>', 'a data directory; the server is asked while one has it open')
    .option('--json', 'what the HTTP API gives', false)
}

async function create(name: string, flags: CreateFlags): Promise<void> {
  const draft = draftOf(name, flags)
  const { token, ...view } = await inFolderOr(
    flags,
    async (book) => {
      const made = await book.create(draft, userInfo().username)
      return { ...made.view, token: made.token }
    },
    () => tellWeir<TokenView & { readonly token: string }>(flags.server, 'POST', TOKENS, draft),
  )
  if (flags.json) console.log(JSON.stringify({ ...view, token }, null, 2))
  else console.log(token)
}

/** What `weir token create` asks for. @throws {WeirError} `TOKEN_INVALID`, `HTTP_PARAMETER` */
export function draftOf(
  name: string,
  { scope, expires, requestsPerSecond, bytesPerSecond, series }: Omit<CreateFlags, keyof Where>,
): TokenDraft {
  const scopes = scope
    .flatMap((given) => given.split(','))
    .map((given) => {
      const known = SCOPES.find((one) => one === given)
      if (known !== undefined) return known
      const why = `Cannot use --scope ${JSON.stringify(given)}: want ${SCOPES.join(', ')}`
      throw new WeirError('TOKEN_INVALID', why)
    })
  if (scopes.length === 0) {
    const why = `Cannot make a token without a scope: want --scope ${SCOPES.join(', ')}`
    throw new WeirError('TOKEN_INVALID', why)
  }
  const expiresInMs = expires === undefined ? undefined : durationArgument('--expires', expires)
  const limits = {
    ...(requestsPerSecond === undefined
      ? {}
      : { requestsPerSecond: rateOf('--requests-per-second', Number(requestsPerSecond)) }),
    ...(bytesPerSecond === undefined
      ? {}
      : { bytesPerSecond: rateOf('--bytes-per-second', readByteSize(bytesPerSecond) ?? NaN) }),
    ...(series === undefined ? {} : { series: countOf('--series', series) }),
  }
  return {
    name,
    scopes,
    ...(expiresInMs === undefined ? {} : { expiresInMs }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
  }
}

function rateOf(flag: string, rate: number): number {
  if (rate > 0 && Number.isFinite(rate)) return rate
  throw new WeirError(
    'TOKEN_INVALID',
    `Cannot use ${flag}: want a number above 0, such as 50 or 1MB`,
  )
}

function countOf(flag: string, text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0 && count <= 1e9) return count
  throw new WeirError('TOKEN_INVALID', `Cannot use ${flag}: want a whole number from 1 to 1e9`)
}

async function list(flags: Where): Promise<void> {
  const tokens = await inFolderOr(
    flags,
    (book) => book.list(),
    async () =>
      (await tellWeir<{ readonly tokens: TokenView[] }>(flags.server, 'GET', TOKENS)).tokens,
  )
  if (flags.json) console.log(JSON.stringify(tokens, null, 2))
  else for (const line of tokenLines(tokens, systemClock.now())) console.log(line)
  if (tokens.length === 0) process.exitCode = EXIT.found
}

async function revoke(which: readonly string[], flags: Where): Promise<void> {
  for (const one of which) {
    const view = await inFolderOr(
      flags,
      (book) => book.revoke(one),
      () => tellWeir<TokenView>(flags.server, 'DELETE', `${TOKENS}/${encodeURIComponent(one)}`),
    )
    console.log(flags.json ? JSON.stringify(view) : view.id)
  }
}

type UseBook<T> = Parameters<typeof withTokensIn<T>>[1]

/** In the data directory where one is named and free; whoever has it open is asked otherwise. */
async function inFolderOr<T>(
  { dataDir }: Where,
  inFolder: UseBook<T>,
  ask: () => Promise<T>,
): Promise<T> {
  if (dataDir === undefined) return ask()
  keepToOneself() // it may be the first to make something there
  const { withTokensIn } = await import('@weir/server')
  try {
    return await withTokensIn(dataDir, inFolder)
  } catch (error) {
    if (error instanceof WeirError && error.code === 'STORAGE_LOCKED') return ask()
    throw error
  }
}
