/** What a panel asks, at one moment: its targets with everything filled in. */
import type { Panel, Target } from '../dashboard.ts'
import { dateMath } from '../scope/date-math.ts'
import { spanMs } from '../scope/duration.ts'
import { interpolate } from '../scope/interpolate.ts'
import { type Scope, scopeWith } from '../scope/scope.ts'
import { stepOf } from './step.ts'
import { filterMatchers, withMatchers } from './with-matchers.ts'

export interface PanelQuery {
  readonly refId: string
  readonly target: Target
  readonly language: 'promql' | 'logql'
  readonly expr: string
  /** A target that wants both is two queries of one refId. */
  readonly kind: 'range' | 'instant'
  /** Milliseconds, on the grid of the step; an instant query is asked at `endMs`. */
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
  /** How much earlier than the board's window this is: the panel's time shift. */
  readonly shiftMs: number
  readonly format: 'time_series' | 'table' | 'heatmap'
  /** With variables filled in; `{{label}}` is left for the frames. */
  readonly legendFormat: string
  readonly exemplar: boolean
  /** Of lines of log: how many at most. */
  readonly limit?: number
}

export interface PanelMoment {
  /** The board's window, milliseconds. */
  readonly from: number
  readonly to: number
  /** Pixels. */
  readonly width: number
  /** Overrides the panel's own. */
  readonly maxDataPoints?: number
  /** How often samples come where the panel does not say; 15 s is what Grafana takes. */
  readonly scrapeMs?: number
  /** The window was typed as an absolute one: the panel's own time has no effect then. */
  readonly isAbsolute?: boolean
}

const POINTS_BEFORE_LAYOUT = 500
const SCRAPE_MS = 15_000
const LINES = 1000

/** The window that a panel shows: the board's, or its own (`timeFrom`, `timeShift`). */
export function panelWindow(
  panel: Panel,
  scope: Scope,
  moment: Pick<PanelMoment, 'from' | 'to' | 'isAbsolute'>,
): { readonly from: number; readonly to: number; readonly shiftMs: number } {
  const { from, to, isAbsolute = false } = moment
  if (isAbsolute) return { from, to, shiftMs: 0 }
  const own = ownTime(interpolate(panel.timeFrom ?? '', scope).trim(), to, scope.timezone ?? 'utc')
  const shiftMs = spanMs(interpolate(panel.timeShift ?? '', scope)) ?? 0
  const start = own?.from ?? from
  const end = own?.to ?? to
  return { from: start - shiftMs, to: end - shiftMs, shiftMs }
}

function ownTime(
  text: string,
  nowMs: number,
  timezone: string,
): { from: number; to: number } | undefined {
  if (text === '') return undefined
  const span = spanMs(text)
  if (span !== undefined) return span === 0 ? undefined : { from: nowMs - span, to: nowMs }
  const from = dateMath(text, { nowMs, timezone })
  if (from === undefined) return undefined
  const to = text.includes('/') ? dateMath(text, { nowMs, timezone, roundUp: true }) : nowMs
  return { from, to: Math.max(from + 1, Math.min(nowMs, to ?? nowMs)) }
}

/**
 * The queries of a panel; none of hidden targets and of those that Weir cannot answer.
 *
 * @param scope of the panel: with the value of a repeat in it
 */
export function panelQueries(
  panel: Panel,
  scope: Scope,
  moment: PanelMoment,
): readonly PanelQuery[] {
  const window = panelWindow(panel, scope, moment)
  const { matchers } = filterMatchers(
    [...scope.variables.values()].flatMap(({ filters }) => filters ?? []),
  )
  return panel.targets
    .filter(({ hide, expr }) => hide !== true && expr.trim() !== '')
    .flatMap((target) => targetQueries(target, panel, { scope, moment, window, matchers }))
}

interface Around {
  readonly scope: Scope
  readonly moment: PanelMoment
  readonly window: ReturnType<typeof panelWindow>
  readonly matchers: readonly string[]
}

function targetQueries(target: Target, panel: Panel, around: Around): readonly PanelQuery[] {
  const { scope, moment, window, matchers } = around
  const { language } = target
  const points = moment.maxDataPoints ?? panel.maxDataPoints ?? 0
  const scrapeMs = moment.scrapeMs ?? SCRAPE_MS
  const written = (target.interval ?? '').trim()
  const isRateStep = /^\$\{?__rate_interval\}?$/.test(written)
  const targetMinMs = spanMs(interpolate(written, scope))
  const panelMinMs = spanMs(interpolate(panel.interval ?? '', scope))
  const step = stepOf({
    rangeMs: Math.max(1, window.to - window.from),
    points: points > 0 ? points : moment.width > 0 ? moment.width : POINTS_BEFORE_LAYOUT,
    scrapeMs,
    factor: target.intervalFactor ?? 1,
    isRateStep,
    ...(targetMinMs !== undefined && targetMinMs > 0 && { targetMinMs }),
    ...(panelMinMs !== undefined && panelMinMs > 0 && { panelMinMs }),
  })
  const inside = scopeWith(scope, { step, from: window.from, to: window.to })
  const filled = interpolate(target.expr, inside, language)
  const { stepMs } = step
  const floor = (ms: number): number => Math.floor(ms / stepMs) * stepMs
  const query = {
    refId: target.refId,
    target,
    language,
    expr: withMatchers(filled, matchers, language),
    stepMs,
    shiftMs: window.shiftMs,
    format: target.format ?? 'time_series',
    legendFormat: interpolate(target.legendFormat ?? '', inside),
    exemplar: target.exemplar === true,
    ...(language === 'logql' && { limit: linesOf(target) }),
  } as const
  const range: PanelQuery = {
    ...query,
    kind: 'range',
    startMs: language === 'logql' ? window.from : floor(window.from),
    endMs: language === 'logql' ? window.to : floor(window.to),
  }
  const instant: PanelQuery = { ...query, kind: 'instant', startMs: window.from, endMs: window.to }
  const wants = wanted(target)
  return [...(wants.range ? [range] : []), ...(wants.instant ? [instant] : [])]
}

/** Both, either; neither means a range. Loki's editor says it by a word. */
function wanted(target: Target): { readonly range: boolean; readonly instant: boolean } {
  if (target.language === 'logql') {
    const isInstant =
      target['queryType'] === 'instant' || (target.instant === true && target.range !== true)
    return { range: !isInstant, instant: isInstant }
  }
  const instant = target.instant === true
  return { range: target.range === true || !instant, instant }
}

function linesOf(target: Target): number {
  const asked = target['maxLines']
  return typeof asked === 'number' && asked >= 1 ? Math.min(5000, Math.floor(asked)) : LINES
}
