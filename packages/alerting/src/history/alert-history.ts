/**
 * What happened to alerts, kept for a while and so many.
 *
 * Events are gathered for a second and written together: 50,000 alerts that begin at once are ten
 * writes of a page and not 50,000. A page is a value of the store with up to 5,000 events; in quiet
 * times the last page is written anew with each batch until it holds 200. Which alerts are on which
 * page is known in memory, four bytes an alert, so that the life of one alert is read from the few
 * pages that it is on.
 *
 * A process that is killed loses what it gathered within the last second.
 */
import type { Clock, KeyValueStore } from '@weir/model'
import type { AlertingEvents } from '../telemetry.ts'
import type { AlertEvent, HistoryAnswer, HistoryQuestion } from './alert-event.ts'
import {
  type HistoryPage,
  INDEX_PREFIX,
  PAGE_PREFIX,
  type PageIndex,
  indexOf,
  loadIndex,
  pageChanges,
  pageGone,
  shortPrint,
} from './history-page.ts'

const HISTORY_LIMITS = { retentionMs: 30 * 86_400_000, events: 200_000 } as const

const GATHER_MS = 1000
/** A page that holds so many is not written anew. */
const PAGE_SEALED = 200
const PAGE_EVENTS_MAX = 5000
/** Gathered while the disk does not take them; the oldest beyond go. */
const GATHERED_MAX = 100_000
const PRINTS_SHOWN = 20

export interface HistoryOptions {
  readonly store: KeyValueStore
  readonly clock: Clock
  readonly events: AlertingEvents
  readonly limits?: { readonly retentionMs?: number; readonly events?: number }
}

export class AlertHistory implements AsyncDisposable {
  readonly #options: HistoryOptions
  readonly #limits: { readonly retentionMs: number; readonly events: number }
  readonly #stop = new AbortController()
  /** Oldest first. */
  #pages: PageIndex[]
  #gathered: AlertEvent[] = []
  #gatheredLabels: Record<string, readonly string[]> = {}
  /** The last page while it may grow. */
  #open: { readonly id: string; readonly page: HistoryPage } | undefined
  #gathering: Promise<void> | undefined
  #lastId = 0

  constructor(options: HistoryOptions) {
    this.#options = options
    this.#limits = { ...HISTORY_LIMITS, ...options.limits }
    this.#pages = [...options.store.entries(INDEX_PREFIX)].map(([key, value]) =>
      loadIndex(key, value),
    )
    this.#lastId = parseInt(this.#pages.at(-1)?.id ?? '0', 36)
  }

  /** When the last event happened that is on disk; undefined when there is none. */
  get lastMs(): number | undefined {
    const times = this.#pages.map(({ toMs }) => toMs)
    return times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b))
  }

  /** @param labels of the alerts, where they are not known to be there already */
  record(event: AlertEvent, labels?: Readonly<Record<string, readonly string[]>>): void {
    this.#gathered.push(event)
    if (labels !== undefined) Object.assign(this.#gatheredLabels, labels)
    this.#gathering ??= this.#gather()
  }

  async #gather(): Promise<void> {
    const { clock } = this.#options
    await clock.sleep(GATHER_MS, this.#stop.signal).catch(() => undefined)
    this.#gathering = undefined
    await this.#write()
  }

  async #write(): Promise<void> {
    const { store, events } = this.#options
    const gathered = this.#gathered
    const labels = this.#gatheredLabels
    if (gathered.length === 0) return
    this.#gathered = []
    this.#gatheredLabels = {}
    const pages = this.#pagesOf(gathered, labels)
    try {
      await store.write(pages.flatMap(({ index, page }) => pageChanges(index, page)))
    } catch (cause) {
      events.storeFailed('history', String(cause))
      this.#open = undefined
      this.#gathered = [...gathered, ...this.#gathered].slice(-GATHERED_MAX)
      Object.assign(this.#gatheredLabels, labels)
      if (!this.#stop.signal.aborted) this.#gathering ??= this.#gather()
      return
    }
    const ids = new Set(pages.map(({ index }) => index.id))
    this.#pages = [
      ...this.#pages.filter(({ id }) => !ids.has(id)),
      ...pages.map((one) => one.index),
    ]
    const last = pages.at(-1)!
    this.#open = last.index.count < PAGE_SEALED ? { id: last.index.id, page: last.page } : undefined
  }

  /** The events, behind those of the last page when it may still grow. */
  #pagesOf(
    gathered: readonly AlertEvent[],
    labels: Readonly<Record<string, readonly string[]>>,
  ): { readonly index: PageIndex; readonly page: HistoryPage }[] {
    const all = [...(this.#open?.page.events ?? []), ...gathered]
    const known = { ...this.#open?.page.labels, ...labels }
    const pages = []
    for (let from = 0; from < all.length; from += PAGE_EVENTS_MAX) {
      const events = all.slice(from, from + PAGE_EVENTS_MAX)
      const id = from === 0 && this.#open !== undefined ? this.#open.id : this.#nextId()
      const prints = new Set(events.flatMap(({ fingerprints }) => fingerprints))
      const own = Object.fromEntries(Object.entries(known).filter(([print]) => prints.has(print)))
      pages.push({ index: indexOf(id, events), page: { events, labels: own } })
    }
    return pages
  }

  #nextId(): string {
    this.#lastId = Math.max(this.#lastId + 1, this.#options.clock.now())
    return this.#lastId.toString(36).padStart(10, '0')
  }

  /** Looks things up; newest first. */
  ask(question: HistoryQuestion): HistoryAnswer {
    const found: AlertEvent[] = []
    const labels = new Map<string, readonly string[]>()
    const take = (page: HistoryPage): void => {
      const fitting = page.events.filter((event) => fits(event, question)).toReversed()
      found.push(...fitting)
      for (const { fingerprints } of fitting) {
        for (const print of shown(fingerprints, question)) {
          const flat = page.labels[print]
          if (flat !== undefined) labels.set(print, flat)
        }
      }
    }
    take({ events: this.#gathered, labels: this.#gatheredLabels })
    for (const index of this.#pages.toReversed()) {
      // Pages are in order of writing, and nothing is written much later than it happened.
      if (found.length > question.limit) break
      if (mayFit(index, question)) take(this.#read(index))
    }
    found.sort((a, b) => b.atMs - a.atMs)
    const events = upTo(found, question.limit)
    return {
      events: events.map((event) => ({
        ...event,
        fingerprints: shown(event.fingerprints, question),
        alertCount: event.fingerprints.length,
      })),
      labels,
      beforeMs: events.length < found.length ? events.at(-1)!.atMs : null,
    }
  }

  #read({ id }: PageIndex): HistoryPage {
    if (this.#open?.id === id) return this.#open.page
    const page = this.#options.store.get(PAGE_PREFIX + id) as HistoryPage | undefined
    return page ?? { events: [], labels: {} }
  }

  /** Forgets what is too old, and the oldest of what is too many. */
  async collect(): Promise<void> {
    const beforeMs = this.#options.clock.now() - this.#limits.retentionMs
    let count = this.#pages.reduce((sum, page) => sum + page.count, 0)
    const gone = new Set<string>()
    for (const page of this.#pages) {
      if (page.toMs >= beforeMs && count <= this.#limits.events) break
      gone.add(page.id)
      count -= page.count
    }
    if (gone.size === 0) return
    await this.#options.store.write([...gone].flatMap(pageGone))
    this.#pages = this.#pages.filter(({ id }) => !gone.has(id))
    if (this.#open !== undefined && gone.has(this.#open.id)) this.#open = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('history closed'))
    await this.#gathering
    await this.#write()
  }
}

function mayFit(index: PageIndex, { startMs, endMs, fingerprint }: HistoryQuestion): boolean {
  if (index.toMs < startMs || index.fromMs >= endMs) return false
  return fingerprint === undefined || index.prints.includes(shortPrint(fingerprint))
}

function fits(event: AlertEvent, question: HistoryQuestion): boolean {
  const { startMs, endMs, fingerprint, kinds } = question
  return (
    event.atMs >= startMs &&
    event.atMs < endMs &&
    (kinds === undefined || kinds.includes(event.kind)) &&
    (fingerprint === undefined || event.fingerprints.includes(fingerprint))
  )
}

/** The first so many, and all others of the same moment as the last of them: the next page begins before it. */
function upTo(found: readonly AlertEvent[], limit: number): AlertEvent[] {
  const lastMs = found[limit - 1]?.atMs
  return found.filter((event, i) => i < limit || event.atMs === lastMs)
}

function shown(prints: readonly string[], { fingerprint }: HistoryQuestion): readonly string[] {
  return fingerprint === undefined ? prints.slice(0, PRINTS_SHOWN) : [fingerprint]
}
