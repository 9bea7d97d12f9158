import { HttpClient } from '@weir/fetch'
import { type Clock, WeirError } from '@weir/model'
import { z } from 'zod'
import type { Discoverer, Report } from '../discoverer.ts'
import { within } from '../time-limit.ts'
import type { ConsulSdConfig } from './config.ts'
import { instanceLabels, instances } from './instances.ts'

/** How long Consul keeps a question that waits for news, and how much longer its answer may take. */
const WAIT_MS = 120_000
const GRACE_MS = 15_000
const RETRY_MS = 15_000
const BODY_BYTES_MAX = 64 * 2 ** 20

const agent = z.object({ Config: z.object({ Datacenter: z.string() }) })
const catalog = z.record(
  z.string(),
  z
    .array(z.string())
    .nullish()
    .transform((tags) => tags ?? []),
)

/**
 * Services of Consul. The catalogue tells which there are, and each is watched by questions that wait until something
 * has changed; where all names are given, the catalogue is not asked.
 */
export class ConsulDiscoverer implements Discoverer {
  readonly #config: ConsulSdConfig
  readonly #clock: Clock
  #client: HttpClient | undefined
  #datacenter: string
  /** By what is asked: why the last answer was none; '' when it was one. */
  readonly #faults = new Map<string, string>()

  constructor(config: ConsulSdConfig, clock: Clock) {
    this.#config = config
    this.#clock = clock
    this.#datacenter = config.datacenter
  }

  async run(report: Report, signal: AbortSignal): Promise<void> {
    const { services, tags } = this.#config
    try {
      await this.#learnDatacenter(report, signal)
      if (services.length === 0 || tags.length > 0) await this.#followCatalog(report, signal)
      else await Promise.all(services.map((name) => this.#followService(name, report, signal)))
    } finally {
      await this.#client?.[Symbol.asyncDispose]()
    }
  }

  async #learnDatacenter(report: Report, signal: AbortSignal): Promise<void> {
    while (this.#datacenter === '' && !signal.aborted) {
      await this.#told('agent', report, signal, async () => {
        const { value } = await this.#ask('agent/self', new URLSearchParams(), agent, signal)
        this.#datacenter = value.Config.Datacenter
      })
    }
  }

  async #followCatalog(report: Report, signal: AbortSignal): Promise<void> {
    const following = new Map<
      string,
      { readonly abort: AbortController; readonly done: Promise<void> }
    >()
    await this.#follow('the list of services', report, signal, async (index) => {
      const query = this.#query(index)
      if (this.#config.filter !== '') query.set('filter', this.#config.filter)
      const { value, index: next } = await this.#ask('catalog/services', query, catalog, signal)
      if (next === index) return next
      for (const [name, { abort }] of following) {
        if (this.#isWanted(name, value[name])) continue
        abort.abort()
        following.delete(name)
        this.#faults.delete(name)
        report.update([{ source: name, targets: [], labels: {} }])
      }
      for (const [name, tags] of Object.entries(value)) {
        if (following.has(name) || !this.#isWanted(name, tags)) continue
        const abort = new AbortController()
        const both = AbortSignal.any([signal, abort.signal])
        following.set(name, { abort, done: this.#followService(name, report, both) })
      }
      return next
    })
    await Promise.all([...following.values()].map(({ done }) => done))
  }

  /** A service that is there, of a name that is wanted, with all tags that are. */
  #isWanted(name: string, tags: readonly string[] | undefined): boolean {
    const { services, tags: wanted } = this.#config
    if (tags === undefined || (services.length > 0 && !services.includes(name))) return false
    return wanted.every((tag) => tags.includes(tag))
  }

  async #followService(name: string, report: Report, signal: AbortSignal): Promise<void> {
    const { tags, tag_separator: separator } = this.#config
    await this.#follow(name, report, signal, async (index) => {
      const query = this.#query(index)
      for (const tag of tags) query.append('tag', tag)
      const path = `health/service/${encodeURIComponent(name)}`
      const { value, index: next } = await this.#ask(path, query, instances, signal)
      if (next === index || signal.aborted) return next
      report.update([
        {
          source: name,
          targets: value.map((instance) => instanceLabels(instance, separator)),
          labels: { __meta_consul_service: name, __meta_consul_dc: this.#datacenter },
        },
      ])
      return next
    })
  }

  /** Asks again and again what changed since the last answer, no more often than `refresh_interval`. */
  async #follow(
    what: string,
    report: Report,
    signal: AbortSignal,
    ask: (index: number) => Promise<number>,
  ): Promise<void> {
    let index = 0
    while (!signal.aborted) {
      const dueMs = this.#clock.monotonicMs() + this.#config.refresh_interval
      await this.#told(what, report, signal, async () => {
        const next = await ask(index)
        // An index that goes back means that Consul began anew.
        index = next < index ? 0 : next
      })
      const pauseMs = dueMs - this.#clock.monotonicMs()
      if (pauseMs > 0) await this.#clock.sleep(pauseMs, signal).catch(() => undefined)
    }
  }

  /** Tells how it went; after a failure it waits. */
  async #told(
    what: string,
    report: Report,
    signal: AbortSignal,
    work: () => Promise<void>,
  ): Promise<void> {
    try {
      await work()
      if (!signal.aborted) this.#faults.set(what, '')
    } catch (error) {
      if (signal.aborted) return
      this.#faults.set(what, `${what}: ${(error as Error).message}`)
    }
    const fault = [...this.#faults.values()].find((text) => text !== '')
    if (fault === undefined) report.refreshed()
    else report.failed(new WeirError('DISCOVERY_FAILED', `Cannot ask Consul for ${fault}`))
    if (this.#faults.get(what) === '') return
    await this.#clock.sleep(RETRY_MS, signal).catch(() => undefined)
  }

  #query(index: number): URLSearchParams {
    const {
      datacenter,
      namespace,
      partition,
      allow_stale: mayBeStale,
      node_meta: meta,
    } = this.#config
    const query = new URLSearchParams({ wait: `${WAIT_MS}ms` })
    if (index > 0) query.set('index', String(index))
    if (mayBeStale) query.set('stale', '')
    if (datacenter !== '') query.set('dc', datacenter)
    if (namespace !== '') query.set('ns', namespace)
    if (partition !== '') query.set('partition', partition)
    for (const [key, value] of Object.entries(meta)) query.append('node-meta', `${key}:${value}`)
    return query
  }

  async #ask<S extends z.ZodType>(
    path: string,
    query: URLSearchParams,
    schema: S,
    signal: AbortSignal,
  ): Promise<{ readonly value: z.output<S>; readonly index: number }> {
    const { token } = this.#config
    this.#client ??= await HttpClient.open(clientOf(this.#config), { what: 'discovery' })
    const client = this.#client
    const late = (): Error => new Error('no answer in time')
    const limitMs = WAIT_MS + GRACE_MS
    return within(limitMs, { clock: this.#clock, late }, signal, async (limited) => {
      const reply = await client.request(`${baseOf(this.#config)}/v1/${path}?${query.toString()}`, {
        headers: {
          accept: 'application/json',
          ...(token === '' ? {} : { 'x-consul-token': token }),
        },
        signal: limited,
      })
      if (reply.status !== 200) {
        const said = (await reply.text(65_536).catch(() => '')).trim()
        throw new Error(`want status 200, got ${reply.status}${said === '' ? '' : `: ${said}`}`)
      }
      const value = schema.parse(JSON.parse(await reply.text(BODY_BYTES_MAX)))
      return { value, index: Number(reply.header('x-consul-index')) || 0 }
    })
  }
}

/** `server` may say its scheme itself, as Consul's own clients take it. */
function baseOf({ server, scheme, path_prefix: prefix }: ConsulSdConfig): string {
  const [, given, address = server] = /^(https?):\/\/(.*)$/.exec(server) ?? []
  const path = prefix === '' || prefix.startsWith('/') ? prefix : `/${prefix}`
  return `${given === 'https' ? given : scheme}://${address}${path.replace(/\/$/, '')}`
}

function clientOf(config: ConsulSdConfig): ConsulSdConfig {
  const { username, password } = config
  if (username === '' && password === '') return config
  return { ...config, basic_auth: { username, password } }
}
