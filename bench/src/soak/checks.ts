/** At the end: what was acknowledged is there. */
import { type Count, WINDOW_MS } from './ledger.ts'
import { type Sender, valueAt } from './senders.ts'
import type { Statsd } from './senders.ts'
import type { KeptWeir } from './weir.ts'

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

/** Counts each minute of a sender in the store: at least what was acknowledged, at most what was sent. */
export async function heldOf(weir: KeptWeir, sender: Sender): Promise<Held> {
  const held = { windows: 0, acknowledged: 0, found: 0, lost: 0, strange: 0 }
  for (const [endMs, { sent, acknowledged }] of sender.ledger.windows) {
    const found = await countAt(weir, sender, endMs)
    held.windows++
    held.acknowledged += acknowledged
    held.found += found
    held.lost += Math.max(0, acknowledged - found)
    held.strange += Math.max(0, found - sent)
  }
  return { name: sender.name, ...held }
}

async function countAt(weir: KeptWeir, { counted, isLog }: Sender, endMs: number): Promise<number> {
  const path = isLog ? '/loki/api/v1/query' : '/api/v1/query'
  // A line of log counts from the begin of a minute to just before its end, a sample the other way round.
  const time = isLog ? `${endMs + 1}000000` : String(endMs / 1000)
  const answer = await ask(weir, `${path}?query=${encodeURIComponent(counted)}&time=${time}`)
  const { result } = answer.data as { readonly result: readonly { value: [number, string] }[] }
  return Number(result[0]?.value[1] ?? 0)
}

/** Values of some series, each sample of the whole time: those of their times, nothing else. */
export async function wrongValues(
  weir: KeptWeir,
  [fromMs, toMs]: readonly [number, number],
): Promise<{ readonly looked: number; readonly wrong: number }> {
  let [looked, wrong] = [0, 0]
  for (const [metric, id] of [
    ['soak_written', 17],
    ['soak_written', 4711],
    ['soak_otlp', 3],
    ['soak_influx_value', 99],
  ] as const) {
    for (let endMs = fromMs + WINDOW_MS; endMs < toMs + WINDOW_MS; endMs += WINDOW_MS) {
      const query = encodeURIComponent(`${metric}{id="${id}"}[1m]`)
      const { data } = await ask(weir, `/api/v1/query?query=${query}&time=${endMs / 1000}`)
      const { result } = data as { readonly result: readonly { values: [number, string][] }[] }
      for (const [seconds, text] of result.flatMap(({ values }) => values)) {
        looked++
        if (Number(text) !== valueAt(id, Math.round(seconds * 1000))) wrong++
      }
    }
  }
  return { looked, wrong }
}

/** StatsD: lines that came while Weir was there and are not counted; those about a kill may be lost. */
export async function statsdLoss(
  weir: KeptWeir,
  statsd: Statsd,
  flushMs: number,
): Promise<{ readonly sent: Count; readonly counted: number; readonly mayBeLost: number }> {
  const { data } = await ask(weir, `/api/v1/query?query=${encodeURIComponent('sum(soak_counted)')}`)
  const { result } = data as { readonly result: readonly { value: [number, string] }[] }
  let [all, safe] = [0, 0]
  for (const [timeMs, lines] of statsd.sent) {
    all += lines
    const isSafe = !weir.outages.some(
      ({ kind, fromMs, toMs }) =>
        kind !== 'clock' && fromMs - flushMs - 1000 < timeMs + 1000 && toMs + 1000 > timeMs,
    )
    if (isSafe) safe += lines
  }
  const counted = Number(result[0]?.value[1] ?? 0)
  return { sent: { sent: all, acknowledged: safe }, counted, mayBeLost: all - safe }
}

async function ask(weir: KeptWeir, path: string): Promise<{ readonly data: unknown }> {
  const answer = await fetch(weir.url + path)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`Cannot check: ${path} answered ${answer.status}: ${text}`)
  return JSON.parse(text) as { readonly data: unknown }
}
