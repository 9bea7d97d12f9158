import type { ActiveAlertView } from '@weir/alerting'
import type { Pack } from '@weir/packs'
import { countSeries } from '../packs/series-counts.ts'
import type { MatrixColumns, VectorColumns } from '../query/job.ts'
import type { NotesBook } from './notes/notes.ts'
import type { OverviewInput } from './overview.ts'
import { selector } from './signal-view.ts'
import { type Grid, isThinner, thinned } from './thin-matrix.ts'
import { STAGE_SERIES, type StageMatrices, stageExprs } from './stage-table.ts'

/** Asks the store for what an overview is made of: a query a signal, however many pipelines there are. */
export interface OverviewSource {
  vector(expr: string, timeMs: number, signal?: AbortSignal): Promise<VectorColumns>
  matrix(expr: string, range: Grid, signal?: AbortSignal): Promise<MatrixColumns>
}

export interface OverviewRequest {
  readonly atMs: number
  readonly windowMs: number
  /** Steps wanted; there may be fewer where they would be shorter than {@link STEP_MIN_MS}. */
  readonly stepCount: number
  /** Only this pipeline. */
  readonly only?: { readonly system: string; readonly pipeline: string }
  readonly alerts: readonly ActiveAlertView[]
  readonly packs: readonly Pack[]
  readonly notes: NotesBook
}

/** Pipelines are judged by an hour at such steps, whatever the page shows. */
const JUDGED_MS = 3_600_000
const JUDGED_STEPS = 120

/** The recording rules' own interval: finer steps would show nothing new. */
const STEP_MIN_MS = 15_000

/** Reads all that {@link buildOverview} or {@link buildDetail} wants. */
export async function loadOverview(
  source: OverviewSource,
  request: OverviewRequest,
  signal?: AbortSignal,
): Promise<OverviewInput> {
  const { atMs, windowMs, only, alerts, packs, notes } = request
  const matchers = only === undefined ? '' : selector('', { ...only })
  const exprs = stageExprs(matchers)
  const read = async (range: Grid): Promise<StageMatrices> => {
    const answers = STAGE_SERIES.map((kind) => source.matrix(exprs[kind], range, signal))
    const found = await Promise.all(answers)
    return Object.fromEntries(
      STAGE_SERIES.map((kind, i) => [kind, found[i]!]),
    ) as unknown as StageMatrices
  }
  const judgedRange = gridOf({ atMs, windowMs: JUDGED_MS, stepCount: JUDGED_STEPS })
  const shownRange = gridOf(request)
  const isInJudged = isThinner(shownRange, judgedRange)
  const [seriesCounts, told, judged, shown] = await Promise.all([
    only === undefined ? countSeries(source, packs, atMs, signal) : new Map<string, number>(),
    only === undefined ? undefined : source.vector(afterExpr(matchers), atMs, signal),
    read(judgedRange),
    isInJudged ? undefined : read(shownRange),
  ])
  return {
    atMs,
    windowMs,
    matrices: shown ?? everySoMany(judged, shownRange.stepMs / judgedRange.stepMs),
    judged,
    alerts,
    packs,
    notes,
    seriesCounts,
    toldEdges: told === undefined ? new Map() : toldEdges(told.labels),
  }
}

function everySoMany(matrices: StageMatrices, every: number): StageMatrices {
  const entries = STAGE_SERIES.map((kind) => [kind, thinned(matrices[kind], every)] as const)
  return Object.fromEntries(entries) as unknown as StageMatrices
}

/** Senders may tell from which stage the data of another one comes. */
function afterExpr(matchers: string): string {
  return `max by (stage, after) (weir_stage_after${matchers}) > 0`
}

function toldEdges(series: VectorColumns['labels']): Map<string, string[]> {
  const edges = new Map<string, string[]>()
  for (const flat of series) {
    const stage = flat[flat.indexOf('stage') + 1] ?? ''
    const after = flat[flat.indexOf('after') + 1] ?? ''
    edges.set(stage, [...(edges.get(stage) ?? []), after])
  }
  return edges
}

/**
 * Stands on whole multiples of the smallest step, so that the lines do not shiver from refresh to
 * refresh. The last one is the first multiple that is not past: by lookback it shows the newest value.
 */
function gridOf({
  atMs,
  windowMs,
  stepCount,
}: Pick<OverviewRequest, 'atMs' | 'windowMs' | 'stepCount'>): Grid {
  const steps = Math.ceil(windowMs / stepCount / STEP_MIN_MS)
  const stepMs = Math.max(1, steps) * STEP_MIN_MS
  const endMs = Math.ceil(atMs / STEP_MIN_MS) * STEP_MIN_MS
  return { startMs: endMs - Math.floor(windowMs / stepMs) * stepMs, endMs, stepMs }
}
