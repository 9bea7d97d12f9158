/** At the end: what was acknowledged is there. */
import { type Count, type Ledger, WINDOW_MS } from './ledger.ts'
import { type Statsd, valueAt } from './senders.ts'
import type { KeptWeir, Outage } from './weir.ts'

/** What a ledger was kept of, and the question that counts it. */
export interface Counted {
  readonly name: string
  readonly ledger: Ledger
  /** The PromQL or LogQL of how many there are in the minute that ends at the moment of the question. */
  readonly counted: string
  readonly isLog: boolean
}

export interface Held {
  readonly name: string
  readonly windows: number
  readonly acknowledged: number
  readonly found: number
  /** Acknowledged and not there. */
  readonly lost: number
  /** There and never sent. */
  readonly strange: number
}

/** Counts each minute, of those that ended by then, in a store: at least what was acknowledged, at most what was sent. */
export async function heldOf(url: string, sender: Counted, byMs = Infinity): Promise<Held> {
  const held = { windows: 0, acknowledged: 0, found: 0, lost: 0, strange: 0 }
  const windows = [...sender.ledger.windows].filter(([endMs]) => endMs <= byMs)
  const counts = await countsAt(
    url,
    sender,
    windows.map(([endMs]) => endMs),
  )
  for (const [endMs, { sent, acknowledged }] of windows) {
    const found = counts.get(endMs) ?? 0
    held.windows++
    held.acknowledged += acknowledged
    held.found += found
    held.lost += Math.max(0, acknowledged - found)
    held.strange += Math.max(0, found - sent)
  }
  return { name: sender.name, ...held }
}

/** So many minutes a question counts: more of them would be refused as too much at full load. */
const MINUTES_ASKED = 5

/** What there is in each minute, by its end. */
async function countsAt(
  url: string,
  { counted, isLog }: Counted,
  ends: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const counts = new Map<number, number>()
  const path = isLog ? '/loki/api/v1/query_range' : '/api/v1/query_range'
  const last = Math.max(...ends)
  const askedMs = MINUTES_ASKED * WINDOW_MS
  for (let fromMs = Math.min(...ends); fromMs <= last; fromMs += askedMs) {
    const toMs = Math.min(last, fromMs + askedMs - WINDOW_MS)
    const range = `start=${fromMs / 1000}&end=${toMs / 1000}&step=60`
    const answer = await ask(url, `${path}?query=${encodeURIComponent(counted)}&${range}`)
    const { result } = answer.data as { readonly result: readonly { values: Values }[] }
    for (const [seconds, count] of result[0]?.values ?? []) {
      counts.set(Math.floor((seconds * 1000) / WINDOW_MS) * WINDOW_MS, Number(count))
    }
  }
  return counts
}

type Values = readonly (readonly [seconds: number, value: string])[]

/** Of what was broken nothing may be there, under whatever name. */
export async function foundOf(
  urls: { readonly metrics: string; readonly logs: string },
  questions: readonly { readonly question: string; readonly isLog: boolean }[],
): Promise<number> {
  let found = 0
  for (const { question, isLog } of questions) {
    const query = encodeURIComponent(question)
    found += isLog
      ? await numberOf(urls.logs, `/loki/api/v1/query?query=${query}`)
      : await numberOf(urls.metrics, `/api/v1/query?query=${query}`)
  }
  return found
}

/** The one number that answers a question; nothing is 0. */
export async function numberOf(url: string, path: string): Promise<number> {
  const { data } = await ask(url, path)
  const { result } = data as { readonly result: readonly { value: [number, string] }[] }
  return Number(result[0]?.value[1] ?? 0)
}

/** Values of some series, each sample of the whole time: those of their times, nothing else. */
export async function wrongValues(
  url: string,
  [fromMs, toMs]: readonly [number, number],
): Promise<{ readonly looked: number; readonly wrong: number }> {
  let [looked, wrong] = [0, 0]
  for (const [metric, id] of [
    ['soak_written', 17],
    ['soak_written', 4711],
    ['soak_otlp', 3],
    ['soak_influx_value', 99],
  ] as const) {
    const askedMs = MINUTES_ASKED * WINDOW_MS
    for (let endMs = fromMs + askedMs; endMs < toMs + askedMs; endMs += askedMs) {
      const query = encodeURIComponent(`${metric}{id="${id}"}[${MINUTES_ASKED}m]`)
      const { data } = await ask(url, `/api/v1/query?query=${query}&time=${endMs / 1000}`)
      const { result } = data as { readonly result: readonly { values: Values }[] }
      for (const [seconds, text] of result.flatMap(({ values }) => values)) {
        looked++
        if (Number(text) !== valueAt(id, Math.round(seconds * 1000))) wrong++
      }
    }
  }
  return { looked, wrong }
}

/** While these last, each line is taken. */
const HARMLESS = new Set<Outage['kind']>(['clock', 'engine'])

/** StatsD: lines that came while Weir was there and are not counted; those about a kill may be lost. */
export async function statsdLoss(
  weir: KeptWeir,
  url: string,
  statsd: Statsd,
  flushMs: number,
): Promise<{ readonly sent: Count; readonly counted: number; readonly mayBeLost: number }> {
  const query = encodeURIComponent('sum(soak_counted)')
  const counted = await numberOf(url, `/api/v1/query?query=${query}`)
  let [all, safe] = [0, 0]
  for (const [timeMs, lines] of statsd.sent) {
    all += lines
    const isSafe = !weir.outages.some(
      ({ kind, fromMs, toMs }) =>
        !HARMLESS.has(kind) && fromMs - flushMs - 1000 < timeMs + 1000 && toMs + 1000 > timeMs,
    )
    if (isSafe) safe += lines
  }
  return { sent: { sent: all, acknowledged: safe }, counted, mayBeLost: all - safe }
}

async function ask(url: string, path: string): Promise<{ readonly data: unknown }> {
  const answer = await fetch(url + path)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`Cannot check: ${path} answered ${answer.status}: ${text}`)
  return JSON.parse(text) as { readonly data: unknown }
}
