import type { RuleGroupSource } from '@weir/alerting'
import type { Clock, KeyValueStore } from '@weir/model'
import { type Pack, type PackRule, packRuleGroups } from '@weir/packs'
import type { Queries } from '../http/deps.ts'
import type { Telemetry } from '../telemetry/log.ts'

const LOOK_EVERY_MS = 1_000
/** One line a minute: what keeps one look from an answer keeps the next ones too. */
const TELL_EVERY_MS = 60_000
const KEY = 'packs/awake/'

/** What is kept of a pack that woke up. */
interface Awakening {
  readonly sinceMs: number
}

/**
 * Wakes packs: a pack sleeps, and costs nothing, until one of its metrics is seen for the first
 * time; from then on, restarts included, its rules run.
 */
export class PackWatch {
  readonly #packs: () => readonly Pack[]
  readonly #queries: Pick<Queries, 'vector'>
  readonly #store: KeyValueStore
  readonly #clock: Clock
  readonly #telemetry: Telemetry
  readonly #externalUrl: string
  readonly #awake = new Set<string>()

  constructor(options: {
    /** Those there are now: a reload may change them. */
    readonly packs: () => readonly Pack[]
    readonly queries: Pick<Queries, 'vector'>
    readonly store: KeyValueStore
    readonly clock: Clock
    readonly telemetry: Telemetry
    /** Where people reach this Weir: a link in a message must work outside of it. */
    readonly externalUrl: string
  }) {
    this.#packs = options.packs
    this.#queries = options.queries
    this.#store = options.store
    this.#clock = options.clock
    this.#telemetry = options.telemetry
    this.#externalUrl = options.externalUrl.replace(/\/$/, '')
  }

  /** The rules of those of the packs that are awake. */
  groups(packs: readonly Pack[]): RuleGroupSource[] {
    return packs
      .filter((pack) => this.#isAwake(pack))
      .flatMap((pack) =>
        packRuleGroups(pack).map((group) => ({
          ...group,
          file: `pack:${pack.id}`,
          rules: group.rules.map((rule) => withWholeLink(rule, this.#externalUrl)),
        })),
      )
  }

  /** Once awake a pack stays so, restarts and reloads included. */
  #isAwake({ id }: Pack): boolean {
    if (!this.#awake.has(id) && this.#store.get(KEY + id) !== undefined) this.#awake.add(id)
    return this.#awake.has(id)
  }

  /** Looks for sleeping packs' metrics until the signal; `onAwake` is told when some were found. */
  async watch(onAwake: () => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (await this.look(signal)) await onAwake()
      } catch (error) {
        if (!signal.aborted)
          this.#telemetry.log
            .sampled('look', TELL_EVERY_MS)
            ?.warn({ error: String(error) }, 'Could not look for packs to wake')
      }
      await this.#clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined)
    }
  }

  /** Whether a pack woke up just now. */
  async look(signal?: AbortSignal): Promise<boolean> {
    const asleep = this.#packs().filter((pack) => !this.#isAwake(pack))
    const names = asleep
      .flatMap(({ detect }) => detect)
      .map((name) => name.replaceAll(/\W/g, String.raw`\$&`))
    if (names.length === 0) return false
    const expr = `group by (__name__) ({__name__=~${JSON.stringify(names.join('|'))}})`
    const { labels } = await this.#queries.vector(expr, this.#clock.now(), signal)
    const seen = new Set(labels.map((flat) => flat[flat.indexOf('__name__') + 1]))
    const woken = asleep.filter(({ detect }) => detect.some((name) => seen.has(name)))
    if (woken.length === 0) return false
    const sinceMs = this.#clock.now()
    await this.#store.write(
      woken.map(({ id }) => ({ key: KEY + id, value: { sinceMs } satisfies Awakening })),
    )
    for (const { id } of woken) {
      this.#awake.add(id)
      this.#telemetry.log.info({ pack: id }, 'A pack woke up: its metrics have been seen')
    }
    return true
  }
}

/** A pack's runbook is a page of Weir's own; whoever is paged needs the whole address. */
function withWholeLink(rule: PackRule, externalUrl: string): PackRule {
  if (!('alert' in rule)) return rule
  const { runbook_url: link = '', ...others } = rule.annotations
  if (!link.startsWith('/')) return rule
  return { ...rule, annotations: { ...others, runbook_url: externalUrl + link } }
}
