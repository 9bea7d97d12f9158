import type { ActiveAlertView } from '@weir/alerting'
import {
  type AlertView,
  HEALTHS,
  type Overview,
  type Pack,
  type PipelineDetail,
  type PipelineSummary,
  type Remark,
  SIGNALS,
  type SignalKind,
  type SignalView,
  type StageDescription,
  type StageView,
  type SystemStatus,
  describeStage,
  stageMetrics,
} from '@weir/packs'
import { edgesOf } from './edges.ts'
import { alertView, byGravity, judge, judgeStage } from './health.ts'
import type { NotesBook } from './notes/notes.ts'
import { drawnSmall, mainLine, newest, signalView } from './signal-view.ts'
import {
  type PipelineLines,
  type StageLines,
  type StageMatrices,
  pipelineIn,
  tableOf,
} from './stage-table.ts'
import { remarksOn } from './words/words.ts'

/**
 * From recorded series to what a person sees: which pipelines there are, how each one is and why,
 * and the five figures of each. Pure, so that every rule in it stands in a table of tests.
 */
export interface OverviewInput {
  readonly atMs: number
  readonly windowMs: number
  /** On one grid, all six. */
  readonly matrices: StageMatrices
  /** The last hour, by which pipelines are judged; the same series on a grid of its own. */
  readonly judged: StageMatrices
  readonly notes: NotesBook
  /** By stage, where its sender says that its data comes from. */
  readonly toldEdges: ReadonlyMap<string, readonly string[]>
  readonly alerts: readonly ActiveAlertView[]
  readonly packs: readonly Pack[]
  /** Series by pack. */
  readonly seriesCounts: ReadonlyMap<string, number>
}

/** Alerts without a pipeline that are sent along. */
const LOOSE_ALERTS_MAX = 50

/** Every pipeline, worst first. */
export function buildOverview(input: OverviewInput): Overview {
  const { atMs, windowMs, matrices } = input
  const gathered = gather(input)
  const pipelines = [...gathered.table.values()].map(
    (entry) => lookAt(entry, gathered, input).summary,
  )
  return {
    atMs,
    windowMs,
    stepMs: matrices.throughput.stepMs,
    pipelines: pipelines.sort(worstFirst),
    systems: systemsOf(input, gathered.table),
    alerts: gathered.loose.sort(byGravity).slice(0, LOOSE_ALERTS_MAX),
  }
}

/** One pipeline with its stages; undefined when nothing is known of it. */
export function buildDetail(
  input: OverviewInput,
  system: string,
  pipeline: string,
): PipelineDetail | undefined {
  const { atMs, windowMs, matrices, toldEdges } = input
  const gathered = gather(input)
  const entry = gathered.table.get(`${system}\0${pipeline}`)
  if (entry === undefined) return undefined
  const { summary, stages, remarks, judged } = lookAt(entry, gathered, input)
  const pack = input.packs.find(({ id }) => id === system)
  return {
    atMs,
    windowMs,
    stepMs: matrices.throughput.stepMs,
    summary,
    stages: stages.map(({ stage, lines, known }, order): StageView => {
      const own = remarks.filter((remark) => remark.stage === stage)
      return {
        stage,
        order,
        title: known.title,
        health: judgeStage(
          stage,
          judged.stages.get(stage) ?? lines,
          summary.alerts,
          own,
          input.judged.throughput,
        ),
        remarks: own,
        metrics: pack === undefined ? [] : stageMetrics(pack, stage),
        signals: collect((kind) =>
          signalView(kind, stage, lines, known.units[kind], frameOf(entry, matrices)),
        ),
      }
    }),
    edges: edgesOf(
      stages.map(({ stage, known }) => {
        const after = toldEdges.get(stage) ?? known.after
        return { stage, order: known.order, ...(after === undefined ? {} : { after }) }
      }),
    ),
  }
}

interface Gathered {
  readonly table: Map<string, PipelineLines>
  readonly judged: Map<string, PipelineLines>
  readonly alertsOf: (entry: PipelineLines) => AlertView[]
  /** Alerts of no pipeline. */
  readonly loose: AlertView[]
}

/** Pipelines of the series, those that only an alert speaks of, and those that are expected, with the alerts of each. */
function gather({ matrices, judged, alerts, notes }: OverviewInput): Gathered {
  const table = tableOf(matrices)
  const byPipeline = new Map<PipelineLines, AlertView[]>()
  const loose: AlertView[] = []
  for (const alert of alerts) {
    if (alert.state === 'inactive') continue
    const { system = '', pipeline = '', severity } = alert.labels
    if (system === '' || pipeline === '') {
      // A dead man's switch fires while all is well.
      if (severity !== 'none') loose.push(alertView(alert))
      continue
    }
    const entry = pipelineIn(table, system, pipeline)
    byPipeline.set(entry, [...(byPipeline.get(entry) ?? []), alertView(alert)])
  }
  for (const { system, pipeline } of notes.expected) pipelineIn(table, system, pipeline)
  return {
    table,
    judged: tableOf(judged),
    alertsOf: (entry) => (byPipeline.get(entry) ?? []).sort(byGravity),
    loose,
  }
}

/** All that is known of a pipeline, once. */
function lookAt(
  entry: PipelineLines,
  gathered: Gathered,
  { matrices, judged, packs, notes }: OverviewInput,
): {
  readonly summary: PipelineSummary
  readonly stages: readonly OrderedStage[]
  readonly remarks: readonly Remark[]
  readonly judged: PipelineLines
} {
  const { system, pipeline } = entry
  const stages = inOrder(entry, packs)
  const alerts = gathered.alertsOf(entry)
  const recent = gathered.judged.get(`${system}\0${pipeline}`) ?? { ...entry, stages: new Map() }
  const freshWithin = notes.freshWithin(system, pipeline)
  const remarks = remarksOn(
    inOrder(recent, packs).map(({ stage, lines, known }) => ({
      stage,
      lines,
      units: known.units,
      ...(freshWithin === undefined ? {} : { freshWithin }),
    })),
    judged.throughput,
  )
  const summary = {
    system,
    pipeline,
    ...judge(recent, alerts, remarks, judged.throughput),
    notes: notes.of(system, pipeline),
    alerts,
    stages: stages.map(({ stage }) => stage),
    signals: collect((kind) => {
      const telling = mostTelling(kind, stages)
      if (telling === undefined) return undefined
      const { stage, lines, known } = telling
      const view = signalView(kind, stage, lines, known.units[kind], frameOf(entry, matrices))
      return view === undefined ? undefined : drawnSmall(view)
    }),
  }
  return { summary, stages, remarks, judged: recent }
}

interface OrderedStage {
  readonly stage: string
  readonly lines: StageLines
  readonly known: StageDescription
}

/** Stages along the way data takes; those at the same place by name. */
function inOrder({ system, stages }: PipelineLines, packs: readonly Pack[]): OrderedStage[] {
  return [...stages]
    .map(([stage, lines]) => ({ stage, lines, known: describeStage(packs, system, stage) }))
    .sort((a, b) => a.known.order - b.known.order || (a.stage < b.stage ? -1 : 1))
}

/**
 * The stage whose figure stands for the pipeline. What comes out is measured at the end of the way
 * (throughput, freshness); what goes wrong is measured where it is worst (the others).
 */
function mostTelling(kind: SignalKind, stages: readonly OrderedStage[]): OrderedStage | undefined {
  const atTheEnd = kind === 'throughput' || kind === 'freshness'
  let best: OrderedStage | undefined
  let bestValue = -Infinity
  for (const stage of stages) {
    const line = mainLine(kind, stage.lines)
    if (line === undefined) continue
    const value = newest(line)
    const weight = value === null ? -Infinity : atTheEnd ? 0 : value
    if (best === undefined || weight >= bestValue) {
      best = stage
      bestValue = weight
    }
  }
  return best
}

function collect(
  view: (kind: SignalKind) => SignalView | undefined,
): Readonly<Partial<Record<SignalKind, SignalView>>> {
  const signals: Partial<Record<SignalKind, SignalView>> = {}
  for (const kind of SIGNALS) {
    const found = view(kind)
    if (found !== undefined) signals[kind] = found
  }
  return signals
}

function frameOf(
  { system, pipeline }: PipelineLines,
  { throughput: { startMs, stepMs, stepCount } }: StageMatrices,
): Parameters<typeof signalView>[4] {
  return { startMs, stepMs, stepCount, system, pipeline }
}

function worstFirst(a: PipelineSummary, b: PipelineSummary): number {
  if (a.health !== b.health) return HEALTHS.indexOf(a.health) - HEALTHS.indexOf(b.health)
  if (a.notes.isCritical !== b.notes.isCritical) return a.notes.isCritical ? -1 : 1
  if (a.system !== b.system) return a.system < b.system ? -1 : 1
  return a.pipeline < b.pipeline ? -1 : 1
}

/** The packs, and after them the systems that only senders know. */
function systemsOf(
  { packs, seriesCounts }: OverviewInput,
  table: ReadonlyMap<string, PipelineLines>,
): SystemStatus[] {
  const strangers = new Map<string, number>()
  for (const { system, stages } of table.values()) {
    if (packs.some(({ id }) => id === system)) continue
    let count = strangers.get(system) ?? 0
    for (const lines of stages.values()) {
      for (const kind of Object.values(lines)) count += kind.length
    }
    strangers.set(system, count)
  }
  return [
    ...packs.map((pack) => systemStatus(pack, seriesCounts)),
    ...[...strangers]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, seriesCount]) => ({
        id,
        title: id,
        awake: seriesCount > 0,
        seriesCount,
      })),
  ]
}

/** A pack is awake as soon as one of its metrics is there. */
export function systemStatus(
  { id, title }: Pack,
  seriesCounts: ReadonlyMap<string, number>,
): SystemStatus {
  const seriesCount = seriesCounts.get(id) ?? 0
  return { id, title, awake: seriesCount > 0, seriesCount }
}
