import { HttpClient, type HttpReply } from '@weir/fetch'
import { type Clock, WeirError } from '@weir/model'
import { redactText } from '../../config/redact-text.ts'
import type { Discoverer, Report } from '../discoverer.ts'
import { refreshEvery } from '../refresh.ts'
import { type TargetGroup, groupsOfJson } from '../target-group.ts'
import { within } from '../time-limit.ts'
import type { HttpSdConfig } from './config.ts'

/** A list longer than this is no list of targets. */
const BODY_BYTES_MAX = 64 * 2 ** 20

const JSON_TYPE = /^application\/json(;\s*charset=("utf-8"|utf-8))?$/i

/** Targets that a server lists. An answer that is not to be used changes nothing. */
export class HttpDiscoverer implements Discoverer {
  readonly #config: HttpSdConfig
  readonly #clock: Clock
  #client: HttpClient | undefined
  /** How many groups the last good answer had. */
  #count = 0

  constructor(config: HttpSdConfig, clock: Clock) {
    this.#config = config
    this.#clock = clock
  }

  async run(report: Report, signal: AbortSignal): Promise<void> {
    const { refresh_interval: intervalMs } = this.#config
    const look = (): Promise<void> => this.#look(report, signal)
    try {
      await refreshEvery(look, { intervalMs, clock: this.#clock, report }, signal)
    } finally {
      await this.#client?.[Symbol.asyncDispose]()
    }
  }

  async #look(report: Report, signal: AbortSignal): Promise<void> {
    try {
      const groups = await this.#groups(signal)
      const gone = Array.from(
        { length: Math.max(0, this.#count - groups.length) },
        (_, i): TargetGroup => ({
          source: this.#sourceOf(groups.length + i),
          targets: [],
          labels: {},
        }),
      )
      this.#count = groups.length
      report.update([...groups, ...gone])
    } catch (error) {
      if (signal.aborted) throw error
      const why = `Cannot get targets from ${redactText(this.#config.url)}: ${(error as Error).message}`
      throw new WeirError('DISCOVERY_FAILED', why, { cause: error })
    }
  }

  async #groups(signal: AbortSignal): Promise<TargetGroup[]> {
    const { url, refresh_interval: limitMs } = this.#config
    // Opened when it is first needed: a certificate that cannot be read yet is a look that failed.
    this.#client ??= await HttpClient.open(this.#config, { what: 'discovery' })
    const client = this.#client
    const late = (): Error =>
      new Error(`no whole answer within ${limitMs / 1000} s (refresh_interval)`)
    const text = await within(limitMs, { clock: this.#clock, late }, signal, async (limited) => {
      const reply = await client.request(url, {
        headers: {
          accept: 'application/json',
          'accept-encoding': 'gzip',
          'x-prometheus-refresh-interval-seconds': String(limitMs / 1000),
        },
        signal: limited,
      })
      return bodyOf(reply)
    })
    return groupsOfJson(text, {
      source: (index) => this.#sourceOf(index),
      labels: { __meta_url: url },
    })
  }

  #sourceOf(index: number): string {
    return `${this.#config.url}:${index}`
  }
}

async function bodyOf(reply: HttpReply): Promise<string> {
  const type = reply.header('content-type').trim()
  if (reply.status === 200 && JSON_TYPE.test(type)) return reply.text(BODY_BYTES_MAX)
  await reply.discard()
  throw new Error(
    reply.status === 200
      ? `want a Content-Type of application/json, got ${JSON.stringify(type)}`
      : `want status 200, got ${reply.status}`,
  )
}
