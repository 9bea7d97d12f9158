import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { WeirError } from '@weir/model'
import type { LogLevel } from '@weir/packs'
import { z } from 'zod'
import type { LoggerState } from '../instances.ts'
import type { TargetConfig } from './config.ts'
import type { LevelDriver } from './driver.ts'
import { readAs } from './read-as.ts'

/** rudder-server's levels by their number. EVENT also writes the bodies of requests. */
const WORDS = ['EVENT', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const
const LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'critical'] as const

const answer = z.record(z.string(), z.int().min(0).max(5))

/** What one answer of the command may be. */
const OUTPUT_BYTES_MAX = 2 ** 20
/** Names that are remembered though the server does not tell them now. */
const NAMES_MAX = 5000

/**
 * rudder-server by its own command: `rudder-cli logging -m router -l DEBUG`, `rudder-cli logging-config`. The
 * command speaks Go's net/rpc over a socket that only the server's container sees, so it is what is run. A
 * change empties the server's list of loggers, and each is in it again when it has logged; what was known of
 * those that are missing stays.
 */
export class RudderDriver implements LevelDriver {
  readonly root = 'root'
  readonly setsThoseBelow = false
  readonly canTakeBack = false
  readonly #command: readonly string[]
  readonly #known: Map<string, LoggerState>

  constructor({ command, root_level: effective, modules }: TargetConfig) {
    this.#command = command
    this.#known = new Map<string, LoggerState>([
      [this.root, { level: effective, effective }],
      ...modules.map((name) => [name, { effective }] as const),
    ])
  }

  async read(signal: AbortSignal): Promise<ReadonlyMap<string, LoggerState>> {
    const output = await this.#run(['logging-config'], signal)
    const json = output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1)
    for (const [name, number] of Object.entries(readAs(answer, parsed(json)))) {
      if (!isName(name) || (this.#known.size >= NAMES_MAX && !this.#known.has(name))) continue
      const { level } = this.#known.get(name) ?? {}
      const effective = LEVELS[number]!
      this.#known.set(name, level === undefined ? { effective } : { level: effective, effective })
    }
    return new Map(this.#known)
  }

  async set(logger: string, level: LogLevel | undefined, signal: AbortSignal): Promise<void> {
    const effective = this.nearest(level ?? 'info')
    const word = WORDS[LEVELS.indexOf(effective)]!
    await this.#run(['logging', '-m', logger, '-l', word], signal)
    this.#known.set(logger, { level: effective, effective })
  }

  nearest(level: LogLevel): (typeof LEVELS)[number] {
    return level === 'off' ? 'critical' : level
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #run(given: readonly string[], signal: AbortSignal): Promise<string> {
    const [program = '', ...before] = this.#command
    try {
      const { stdout } = await promisify(execFile)(program, [...before, ...given], {
        signal,
        maxBuffer: OUTPUT_BYTES_MAX,
        windowsHide: true,
      })
      return stdout
    } catch (error) {
      if (signal.aborted) throw signal.reason
      const { code, stderr = '' } = error as { code?: unknown; stderr?: string }
      const said = stderr.trim().slice(0, 200)
      const why =
        code === 'ENOENT' ? 'there is no such program' : said || `it ended with ${String(code)}`
      throw new WeirError('FETCH_FAILED', `${program} ${given[0]}: ${why}`, { cause: error })
    }
  }
}

/** What begins with a dash would be read as a flag. */
function isName(name: string): boolean {
  return name !== '' && name.length <= 256 && !name.startsWith('-')
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new WeirError('FETCH_FAILED', 'logging-config printed no JSON object')
  }
}
