import { readFileSync } from 'node:fs'
import { WeirError, systemClock } from '@weir/model'
import type { Command } from 'commander'
import { EXIT } from '../exit.ts'
import { counted } from '../show/columns.ts'
import { type Answered, tryWeir } from './ask-weir.ts'
import { readFile } from './read-file.ts'
import { withServer } from './server-option.ts'

interface ImportFlags {
  readonly server: string
  readonly force: boolean
}

/** What is read of a silence; the rest goes on as it is. */
interface Given {
  readonly id?: string
  readonly endsAt: string
  readonly matchers: readonly unknown[]
}

const STDIN = 0

export function addSilenceImport(silence: Command): void {
  withServer(silence.command('import [file]'))
    .description(
      'take silences from JSON, as query --json and amtool write it; stdin without a file',
    )
    .option('-f, --force', 'make new ones even where the id is known', false)
    .action(async (file: string | undefined, flags: ImportFlags) => {
      const text = file === undefined ? readFileSync(STDIN, 'utf8') : readFile(file)
      const all = silencesOf(text, file ?? 'stdin')
      const live = all.filter(({ endsAt }) => Date.parse(endsAt) > systemClock.now())
      const failed = await importAll(live, flags)
      const over = all.length - live.length
      if (over > 0) console.error(`left out: ${counted(over, 'silence')} that ended`)
      if (failed > 0) process.exitCode = EXIT.refused
    })
}

/** One after the other; prints ids, and what is wrong with the others. How many those are. */
async function importAll(silences: readonly Given[], flags: ImportFlags): Promise<number> {
  let failedCount = 0
  for (const silence of silences) {
    const { status, reply, problem } = await post(silence, flags)
    // Who may not take one in may take in none.
    if (status === 401 || status === 403) throw new WeirError('SERVER_REFUSED', problem)
    if (status === 200) console.log(reply.silenceID)
    else {
      failedCount++
      console.error(`${silence.id ?? 'a silence'}: ${problem}`)
    }
  }
  return failedCount
}

/** One whose id is known is changed, the others are new. */
async function post(
  { id, ...fresh }: Given,
  { server, force }: ImportFlags,
): Promise<Answered<{ readonly silenceID: string }>> {
  const put = (body: object): Promise<Answered<{ readonly silenceID: string }>> =>
    tryWeir(server, 'POST', '/api/v2/silences', body)
  if (force || id === undefined) return put(fresh)
  const changed = await put({ id, ...fresh })
  return changed.status === 404 ? put(fresh) : changed
}

/** @throws {WeirError} `SILENCE_INVALID` */
export function silencesOf(text: string, from: string): Given[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new WeirError('SILENCE_INVALID', `Cannot read ${from}: ${(cause as Error).message}`)
  }
  if (Array.isArray(value) && value.every(isSilence)) return value
  throw new WeirError(
    'SILENCE_INVALID',
    `Cannot read ${from}: want an array of silences, as weir silence query --json writes it`,
  )
}

function isSilence(value: unknown): value is Given {
  if (typeof value !== 'object' || value === null) return false
  const { matchers, endsAt, id } = value as { readonly [Key in keyof Given]?: unknown }
  const hasId = id === undefined || typeof id === 'string'
  return Array.isArray(matchers) && typeof endsAt === 'string' && hasId
}
