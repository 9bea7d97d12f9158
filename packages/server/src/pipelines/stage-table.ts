import type { MatrixColumns } from '../query/job.ts'

/** The recorded series behind an overview, one matrix each, all on one grid. */
export const STAGE_SERIES = [
  'throughput',
  'errors',
  'errorRatio',
  'latency',
  'backlog',
  'freshness',
] as const
export type StageSeries = (typeof STAGE_SERIES)[number]
export type StageMatrices = Readonly<Record<StageSeries, MatrixColumns>>

/**
 * The PromQL of each matrix. Senders may add labels of their own (an instance, a job): those are
 * summed up here, so that a stage is one line. The oldest of several results is no news, the
 * newest is: freshness takes the least.
 */
export function stageExprs(matchers: string): Readonly<Record<StageSeries, string>> {
  return {
    throughput: `sum by (system, pipeline, stage) (weir_stage_throughput${matchers})`,
    errors: `sum by (system, pipeline, stage) (weir_stage_errors${matchers})`,
    errorRatio: `max by (system, pipeline, stage) (weir_stage_error_ratio${matchers})`,
    latency: `max by (system, pipeline, stage, quantile) (weir_stage_latency_seconds${matchers})`,
    backlog: `sum by (system, pipeline, stage) (weir_stage_backlog${matchers})`,
    freshness: `min by (system, pipeline, stage) (weir_stage_freshness_seconds${matchers})`,
  }
}

/** One series of a matrix: a window into its values, nothing copied. */
export interface Line {
  readonly values: Float64Array
  readonly quantile: string
}

/** What is known of one stage. Latency has a line per quantile, the others one at most. */
export type StageLines = Record<StageSeries, Line[]>

export interface PipelineLines {
  readonly system: string
  readonly pipeline: string
  readonly stages: Map<string, StageLines>
}

/** Sorts the series of all matrices by pipeline and stage. Series that belong to no pipeline are left out. */
export function tableOf(matrices: StageMatrices): Map<string, PipelineLines> {
  const table = new Map<string, PipelineLines>()
  for (const kind of STAGE_SERIES) {
    const { labels, values, stepCount } = matrices[kind]
    for (let i = 0; i < labels.length; i++) {
      const of = (name: string): string => valueOf(labels[i]!, name)
      const system = of('system')
      const pipeline = of('pipeline')
      if (system === '' || pipeline === '') continue
      const lines = stageIn(pipelineIn(table, system, pipeline), of('stage') || 'all')
      lines[kind].push({
        values: values.subarray(i * stepCount, (i + 1) * stepCount),
        quantile: of('quantile'),
      })
    }
  }
  return table
}

/** The entry of a pipeline, made when it is new. */
export function pipelineIn(
  table: Map<string, PipelineLines>,
  system: string,
  pipeline: string,
): PipelineLines {
  const key = `${system}\0${pipeline}`
  let entry = table.get(key)
  if (entry === undefined) {
    entry = { system, pipeline, stages: new Map() }
    table.set(key, entry)
  }
  return entry
}

function stageIn({ stages }: PipelineLines, stage: string): StageLines {
  let lines = stages.get(stage)
  if (lines === undefined) {
    lines = { throughput: [], errors: [], errorRatio: [], latency: [], backlog: [], freshness: [] }
    stages.set(stage, lines)
  }
  return lines
}

function valueOf(flat: readonly string[], name: string): string {
  for (let i = 0; i < flat.length; i += 2) if (flat[i] === name) return flat[i + 1]!
  return ''
}
