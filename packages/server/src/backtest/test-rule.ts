/**
 * One rule over stored history, in slices of time: what it looks at is asked once for all variants, each
 * variant has a state machine of its own.
 */
import {
  type AlertingSetup,
  type BacktestRule,
  type BacktestVariant,
  DEFAULT_NO_DATA,
  type Firing,
  type Recorded,
  RuleReplay,
  type VariantWish,
  readsRecorded,
  variantsOf,
  withoutRecorded,
} from '@weir/alerting'
import { type Clock, Labels, WeirError, isStale } from '@weir/model'
import type { BacktestRuleView, BacktestVariantView } from '@weir/packs'
import type { MatrixColumns } from '../query/job.ts'
import { isTooMuch } from '../query/too-much.ts'
import { ChartPoints } from './chart.ts'
import { type Span, busyShares, figuresOf } from './figures.ts'
import type { Pager } from './pages.ts'

/** A range query that goes after all others. */
export type RangeAsk = (
  expr: string,
  range: { readonly startMs: number; readonly endMs: number; readonly stepMs: number },
  signal: AbortSignal,
) => Promise<MatrixColumns>

export interface RuleTrial {
  readonly rule: BacktestRule
  readonly recorded: readonly Recorded[]
  readonly wish: VariantWish
  readonly grid: TrialGrid
  readonly setup: Pick<AlertingSetup, 'externalLabels' | 'noData'>
  readonly timeZone: string
  readonly pager: Pager | undefined
  readonly ask: RangeAsk
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Called after so many more steps. */
  progressed(steps: number): void
}

/** The evaluations: at `firstMs + k · stepMs` for `k < count`. */
export interface TrialGrid {
  readonly firstMs: number
  readonly stepMs: number
  readonly count: number
}

/** Steps of one slice: half a day at a minute. Halved as often as a query says that it is too much. */
const SLICE_STEPS = 720
/** Firings of a variant that are listed, and that are followed at all. */
const LISTED_MAX = 1000
const FIRINGS_MAX = 100_000
const BUSY_COUNT = 240
/** So long the state machines go on before others get a turn. */
const BUSY_MS = 15

/** @throws {WeirError} `BACKTEST_INVALID`; what the queries throw */
export async function testRule(trial: RuleTrial): Promise<BacktestRuleView> {
  const { rule, grid } = trial
  const { expr, notes } = await readable(trial)
  const spec = { ...rule.spec, expr }
  const variants = variantsOf(spec, trial.wish)
  const replays = variants.map((variant) => ({ variant, replay: replayOf(variant, trial) }))
  const operator = variants[0]!.threshold?.operator
  const span = { startMs: grid.firstMs, endMs: endOf(grid) }
  const chart = new ChartPoints(span, grid.stepMs, operator?.startsWith('<') === true)
  const real = new RealFirings()
  await inSlices(trial, variants, async (slice) => {
    for (const { replay } of replays) {
      await replay.take(slice)
      if (replay.firings.length > FIRINGS_MAX) throw tooLoud(rule)
    }
    chart.add(await slice.answer(variants[0]!.compared ?? expr), rule.queryOffsetMs)
    real.add(await slice.answer(realOf(rule.spec.name)))
  })
  const firings = real.spans
  return {
    file: rule.file,
    group: rule.group,
    name: rule.spec.name,
    expr: rule.spec.expr,
    askedAs: expr === rule.spec.expr ? null : expr,
    stepMs: grid.stepMs,
    notes,
    operator: variants[0]!.compared === undefined ? null : (operator ?? null),
    chart: chart.view(),
    variants: await Promise.all(
      replays.map(({ variant, replay }) => variantView(variant, replay, span, trial)),
    ),
    happened:
      firings.length === 0
        ? null
        : figuresOf(firings, startsOf(firings), { endMs: span.endMs, timeZone: trial.timeZone }),
  }
}

/** The last evaluation. */
function endOf({ firstMs, stepMs, count }: TrialGrid): number {
  return firstMs + Math.max(0, count - 1) * stepMs
}

function replayOf({ spec, threshold, compared }: BacktestVariant, trial: RuleTrial): RuleReplay {
  return new RuleReplay({
    spec,
    compared:
      compared === undefined || threshold === undefined ? undefined : { expr: compared, threshold },
    limit: trial.rule.limit,
    queryOffsetMs: trial.rule.queryOffsetMs,
    externalLabels: trial.setup.externalLabels ?? Labels.EMPTY,
    externalUrl: '',
    noData: trial.setup.noData ?? DEFAULT_NO_DATA,
  })
}

/** The expression with what is recorded but not stored worked out. */
async function readable({ rule, recorded, grid, ask, signal }: RuleTrial): Promise<{
  readonly expr: string
  readonly notes: string[]
}> {
  const { expr } = rule.spec
  const byName = new Map(recorded.map((one) => [one.name, one]))
  const missing = new Map<string, Recorded>()
  for (const name of readsRecorded(expr, new Set(byName.keys()))) {
    const stepMs = Math.max(grid.stepMs, Math.ceil((grid.count * grid.stepMs) / 200))
    // Looked for from the end backwards: what began to be recorded a while ago is stored at the end.
    const endMs = endOf(grid)
    const startMs = endMs - Math.floor((endMs - grid.firstMs) / stepMs) * stepMs
    const range = { startMs, endMs, stepMs }
    const { labels } = await ask(`group({__name__=${JSON.stringify(name)}})`, range, signal)
    if (labels.length === 0) missing.set(name, byName.get(name)!)
  }
  if (missing.size === 0) return { expr, notes: [] }
  const names = [...missing.keys()].join(', ')
  const without = withoutRecorded(expr, byName)
  if (without === undefined) {
    const note = `${names} is recorded by a rule and not stored for this time, and cannot be worked out here: fill it in first (weir rules backfill)`
    return { expr, notes: [note] }
  }
  const note = `${names} is not stored for this time: its rule was worked out in its place`
  return { expr: without, notes: [note] }
}

interface Slice {
  readonly startMs: number
  readonly stepMs: number
  readonly stepCount: number
  answer(expr: string): Promise<MatrixColumns>
  breathe(): Promise<void> | undefined
}

async function inSlices(
  trial: RuleTrial,
  variants: readonly BacktestVariant[],
  take: (slice: Slice) => Promise<void>,
): Promise<void> {
  const { grid, rule, ask, clock, signal } = trial
  const first = new Set(variants.map(({ compared, spec }) => compared ?? spec.expr))
  const { stepMs } = grid
  let steps = SLICE_STEPS
  let begunMs = clock.monotonicMs()
  const rest = async (): Promise<void> => {
    await clock.sleep(0, signal)
    begunMs = clock.monotonicMs()
  }
  const breathe = (): Promise<void> | undefined =>
    clock.monotonicMs() - begunMs < BUSY_MS ? undefined : rest()
  for (let from = 0; from < grid.count;) {
    const stepCount = Math.min(steps, grid.count - from)
    const startMs = grid.firstMs + from * stepMs
    const queryMs = startMs - rule.queryOffsetMs
    const range = { startMs: queryMs, endMs: queryMs + (stepCount - 1) * stepMs, stepMs }
    const answers = new Map<string, Promise<MatrixColumns>>()
    const answer = (expr: string): Promise<MatrixColumns> => {
      const known = answers.get(expr) ?? ask(expr, range, signal)
      answers.set(expr, known)
      return known
    }
    try {
      // Before any state changes: a slice that is too much can still be halved.
      for (const expr of first) await answer(expr)
    } catch (error) {
      if (stepCount === 1 || !isTooMuch(error)) throw error
      steps = Math.ceil(stepCount / 2)
      continue
    }
    await take({ startMs, stepMs, stepCount, answer, breathe })
    from += stepCount
    trial.progressed(stepCount)
  }
}

function tooLoud({ spec }: BacktestRule): WeirError {
  const message = `Cannot test ${spec.name} on history: more than ${FIRINGS_MAX} alerts fired; take a shorter time or a rule that fires less`
  return new WeirError('BACKTEST_INVALID', message)
}

async function variantView(
  { threshold, spec, isAsWritten }: BacktestVariant,
  { firings, failedCount, error }: RuleReplay,
  span: { readonly startMs: number; readonly endMs: number },
  { timeZone, pager }: RuleTrial,
): Promise<BacktestVariantView> {
  const { view: notifications = null, wokenMs = startsOf(firings) } =
    (await pager?.(firings, span.endMs)) ?? {}
  const figures = figuresOf(firings, wokenMs, { endMs: span.endMs, timeZone })
  return {
    ...figures,
    threshold: threshold?.value ?? null,
    forMs: spec.forMs,
    isAsWritten,
    stillFiring: firings.filter(({ endedMs }) => endedMs === null).length,
    noise: figures.fired === 0 ? 0 : Math.round((figures.flaps / figures.fired) * 100),
    busy: busyShares(firings, span, BUSY_COUNT),
    firings: firings.slice(0, LISTED_MAX).map(firingView),
    notifications,
    failedCount,
    error,
  }
}

function firingView({ labels, activeMs, firedMs, endedMs, value }: Firing): {
  readonly labels: Readonly<Record<string, string>>
  readonly activeMs: number
  readonly firedMs: number
  readonly endedMs: number | null
  readonly value: number | null
} {
  const shown = Number.isFinite(value) ? value : null
  return { labels: labels.toJSON(), activeMs, firedMs, endedMs, value: shown }
}

function startsOf(spans: readonly Span[]): number[] {
  return spans.map(({ firedMs }) => firedMs)
}

function realOf(name: string): string {
  return `ALERTS{alertname=${JSON.stringify(name)},alertstate="firing"}`
}

/** What `ALERTS` says of the past: an alert fires as long as its series goes on. */
class RealFirings {
  readonly spans: { readonly firedMs: number; endedMs: number | null }[] = []
  #open = new Map<string, { readonly firedMs: number; endedMs: number | null }>()

  add({ labels, values, startMs, stepMs, stepCount }: MatrixColumns): void {
    const rows = new Map(labels.map((flat, i) => [flat.join('\u0000'), i]))
    for (const [key, span] of this.#open) {
      if (rows.has(key)) continue
      span.endedMs = startMs
      this.#open.delete(key)
    }
    for (const [key, i] of rows) {
      for (let k = 0; k < stepCount; k++) {
        const open = this.#open.get(key)
        const isThere = !isStale(values[i * stepCount + k]!)
        const timeMs = startMs + k * stepMs
        if (isThere && open === undefined) {
          const span = { firedMs: timeMs, endedMs: null }
          this.#open.set(key, span)
          this.spans.push(span)
        } else if (!isThere && open !== undefined) {
          open.endedMs = timeMs
          this.#open.delete(key)
        }
      }
    }
  }
}
