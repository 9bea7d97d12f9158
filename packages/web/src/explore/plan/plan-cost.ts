import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { askPrometheus, askLines } from '../../api/client.ts'
import type { QueryStats } from '../../api/prometheus.ts'

/** A step of a query's evaluation, as `/api/weir/v1/explain` tells it. */
export interface PlanNode {
  readonly expr: string
  readonly type: 'scalar' | 'string' | 'instant vector' | 'range vector'
  readonly title: string
  readonly how: string
  readonly inputs: readonly PlanNode[]
}

/** A step where it stands in the tree. */
export interface PlanStep {
  readonly id: string
  readonly depth: number
  readonly node: PlanNode
  /** Constants cost nothing, and a range vector cannot be asked by itself. */
  readonly isAsked: boolean
}

/** What a step costs with all that is below it. */
export interface StepCost {
  readonly seconds?: number
  readonly seriesRead?: number
  readonly samplesRead?: number
  readonly bytes?: number
  /** Series of its result, at the end of the range. */
  readonly series?: number
  readonly error?: string
}

/** Asking each of many steps would cost more than it tells. */
const STEPS_MAX = 40

/** The tree as lines, in the order in which it is read. */
export function planSteps(root: PlanNode): PlanStep[] {
  const steps: PlanStep[] = []
  const walk = (node: PlanNode, depth: number): void => {
    const isAsked = node.type === 'instant vector' && steps.length < STEPS_MAX
    steps.push({ id: String(steps.length), depth, node, isAsked })
    for (const input of node.inputs) walk(input, depth + 1)
  }
  walk(root, 0)
  return steps
}

export const planQuery = (expr: string) =>
  queryOptions({
    queryKey: ['plan', expr],
    queryFn: async ({ signal }) => {
      const { data } = await askPrometheus<PlanNode>(
        'explain',
        { query: expr },
        signal,
        '/api/weir/v1',
      )
      return planSteps(data)
    },
    placeholderData: keepPreviousData,
    refetchInterval: false,
  })

interface CostLine {
  readonly id: string
  readonly status: 'success' | 'error'
  readonly error?: string
  readonly data?: {
    readonly stats?: QueryStats
    readonly result?: readonly { readonly value?: readonly [number, string] }[]
  }
}

/** Evaluates each step over the range, and tells what that took. */
export const costQuery = (
  steps: readonly PlanStep[],
  range: { readonly fromMs: number; readonly toMs: number; readonly stepMs: number },
) =>
  queryOptions({
    queryKey: ['plan-cost', steps.map(({ node }) => node.expr), range],
    queryFn: async ({ signal }) => {
      const { fromMs: startMs, toMs: endMs, stepMs } = range
      const queries = steps
        .filter(({ isAsked }) => isAsked)
        .flatMap(({ id, node: { expr } }) => [
          { id: `cost ${id}`, kind: 'range', expr, startMs, endMs, stepMs, limit: 1, stats: true },
          { id: `count ${id}`, kind: 'instant', expr: `count(${expr})`, startMs: endMs, endMs },
        ])
      if (queries.length === 0) return new Map<string, StepCost>()
      const lines = await askLines<CostLine>('/api/weir/v1/boards/query', { queries }, signal)
      return costsOf(lines)
    },
    refetchInterval: false,
    staleTime: Infinity,
  })

/** Costs by the step's id. */
export function costsOf(lines: readonly CostLine[]): Map<string, StepCost> {
  const costs = new Map<string, StepCost>()
  for (const { id, status, error = '', data } of lines) {
    const [what = '', step = ''] = id.split(' ')
    const known = costs.get(step)
    if (status === 'error') costs.set(step, { ...known, error })
    else if (what === 'count') {
      costs.set(step, { ...known, series: Number(data?.result?.[0]?.value?.[1] ?? 0) })
    } else {
      const { timings, samples } = data?.stats ?? {}
      costs.set(step, {
        ...known,
        ...(timings?.evalTotalTime === undefined ? {} : { seconds: timings.evalTotalTime }),
        ...(samples?.seriesRead === undefined ? {} : { seriesRead: samples.seriesRead }),
        ...(samples?.samplesRead === undefined ? {} : { samplesRead: samples.samplesRead }),
        ...(samples?.peakBytes === undefined ? {} : { bytes: samples.peakBytes }),
      })
    }
  }
  return costs
}
