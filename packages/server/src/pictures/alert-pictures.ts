import type { Picture, PictureSource } from '@weir/alerting'
import { type Clock, Labels } from '@weir/model'
import type { MatrixColumns } from '../query/job.ts'
import type { Telemetry } from '../telemetry/log.ts'
import { type Line, drawPlot } from './draw.ts'
import { paint } from './paint.ts'
import { plottedPart } from './plotted.ts'
import { writeValue } from './scale.ts'
import type { PictureShelf } from './shelf.ts'

/** How long a notification may wait for its picture. */
const WAIT_MS = 5000
const BEFORE_MS = 3_600_000
const SPAN_MAX_MS = 7 * 86_400_000
const STEPS = 360
const STEP_MIN_MS = 1000
const LINES_MAX = 10
/** Pictures under way; a storm of alerts goes out without. */
const BUSY_MAX = 4

type Facts = Parameters<PictureSource>[0]
type Alert = Facts['alerts'][number]

export interface PictureOptions {
  readonly query: (
    expr: string,
    range: { readonly startMs: number; readonly endMs: number; readonly stepMs: number },
    signal: AbortSignal,
  ) => Promise<MatrixColumns>
  readonly clock: Clock
  readonly shelf: PictureShelf
  readonly telemetry: Telemetry
  /** Drawn in a minute at most, all of them at once if need be. */
  readonly perMinute: number
  /** `https://weir.example`; pictures are below it. */
  readonly externalUrl: () => string
}

/** Draws the series behind the first alert of a notification that Weir's own rules raised. */
export function alertPictures(options: PictureOptions): PictureSource {
  const { registry, log } = options.telemetry
  const drawn = registry.counter(
    'weir_alerting_pictures_total',
    'Pictures for notifications, by outcome: drawn, busy, failed.',
    ['outcome'],
  )
  const budget = new Budget(options.perMinute, options.clock)
  let busy = 0
  return async (facts, signal) => {
    const alert = facts.alerts.find(
      ({ evidence }) => evidence !== undefined && evidence.source !== 'logs',
    )
    if (alert === undefined) return undefined
    if (busy >= BUSY_MAX || !budget.take()) {
      drawn.inc({ outcome: 'busy' })
      return undefined
    }
    busy++
    try {
      const picture = await draw(
        alert,
        options,
        AbortSignal.any([signal, AbortSignal.timeout(WAIT_MS)]),
      )
      drawn.inc({ outcome: 'drawn' })
      return picture
    } catch (cause) {
      drawn.inc({ outcome: 'failed' })
      log.warn(
        { alert: alert.labels.get('alertname'), error: String(cause) },
        'Picture for a notification could not be drawn',
      )
      return undefined
    } finally {
      busy--
    }
  }
}

/** A picture takes as much of a processor as hundreds of messages without: in a storm the first ones have one. */
class Budget {
  readonly #perMinute: number
  readonly #clock: Clock
  #left: number
  #countedMs: number

  constructor(perMinute: number, clock: Clock) {
    this.#perMinute = perMinute
    this.#clock = clock
    this.#left = perMinute
    this.#countedMs = clock.monotonicMs()
  }

  take(): boolean {
    const nowMs = this.#clock.monotonicMs()
    const earned = ((nowMs - this.#countedMs) / 60_000) * this.#perMinute
    this.#countedMs = nowMs
    this.#left = Math.min(this.#perMinute, this.#left + earned)
    if (this.#left < 1) return false
    this.#left--
    return true
  }
}

async function draw(alert: Alert, options: PictureOptions, signal: AbortSignal): Promise<Picture> {
  const { clock, shelf, externalUrl } = options
  const evidence = alert.evidence!
  const nowMs = clock.now()
  const startMs = Math.max(alert.startsAtMs - BEFORE_MS, nowMs - SPAN_MAX_MS)
  const stepMs = Math.max(STEP_MIN_MS, Math.ceil((nowMs - startMs) / STEPS / 1000) * 1000)
  const range = { startMs, endMs: nowMs, stepMs }
  const columns = await options.query(plottedPart(evidence.expr), range, signal)
  signal.throwIfAborted()
  const lines = linesOf(columns, alert.labels)
  const { threshold, unit } = evidence
  const value = writeValue(evidence.value, unit)
  const limit =
    threshold === undefined
      ? ''
      : `, limit ${threshold.operator} ${writeValue(threshold.value, unit)}`
  const name = alert.labels.get('alertname')
  const title = `${name}: ${value}`
  const svg = drawPlot({
    title,
    subtitle: `${plottedPart(evidence.expr)} · UTC`,
    ...range,
    lines: lines.slice(0, LINES_MAX),
    hiddenCount: Math.max(0, lines.length - LINES_MAX),
    threshold: threshold?.value,
    unit,
    firingFromMs: alert.startsAtMs,
    firingToMs: alert.endsAtMs ?? undefined,
  })
  const png = await paint(svg, signal)
  const id = shelf.put(png, nowMs)
  return {
    png,
    url: `${externalUrl().replace(/\/+$/, '')}/api/weir/v1/pictures/${id}.png`,
    alt: `${name}: ${value}${limit}; ${lines.length} series over time`,
  }
}

/** The alert's own series first; names are the labels by which they differ. */
function linesOf({ labels, values, stepCount }: MatrixColumns, alert: Labels): Line[] {
  const all = labels.map((flat) => Labels.fromFlat(flat))
  const isOwn = (series: Labels): boolean =>
    [...series].every(([name, value]) => name === '__name__' || alert.get(name) === value)
  const shared = new Set(
    [...(all[0] ?? Labels.EMPTY)]
      .filter(([name, value]) => all.every((series) => series.get(name) === value))
      .map(([name]) => name),
  )
  const nameOf = (series: Labels): string =>
    [...series]
      .flatMap(([name, value]) => (shared.has(name) ? [] : [`${name}=${value}`]))
      .join(', ')
  const lines = all.map((series, i) => ({
    name: nameOf(series),
    values: values.subarray(i * stepCount, (i + 1) * stepCount),
    isOwn: isOwn(series),
  }))
  return lines.toSorted((a, b) => Number(b.isOwn) - Number(a.isOwn))
}
