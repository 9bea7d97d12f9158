import type { Health, PipelineSummary } from '@weir/packs'

/** Worst first, as the API sends them. */
export const HEALTH_ORDER: readonly Health[] = ['failing', 'degraded', 'silent', 'healthy']

/** What the overview shows, as its address says it. */
export interface OverviewView {
  readonly query: string
  readonly health: Health | undefined
  readonly system: string | undefined
  readonly grouped: boolean
}

/** Every word of the query must be found in the names, the reason or the stages; case does not matter. */
export function matches(pipeline: PipelineSummary, view: OverviewView): boolean {
  if (view.health !== undefined && pipeline.health !== view.health) return false
  if (view.system !== undefined && pipeline.system !== view.system) return false
  const words = view.query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return true
  const text =
    `${pipeline.system} ${pipeline.pipeline} ${pipeline.reason} ${pipeline.stages.join(' ')}`.toLowerCase()
  return words.every((word) => text.includes(word))
}

/** How many pipelines there are of each health. */
export function countHealths(pipelines: readonly PipelineSummary[]): Record<Health, number> {
  const counts: Record<Health, number> = { failing: 0, degraded: 0, silent: 0, healthy: 0 }
  for (const { health } of pipelines) counts[health]++
  return counts
}

/** A line of the list: a heading when grouped, else a pipeline. */
export type Row =
  | {
      readonly kind: 'system'
      readonly system: string
      readonly counts: Readonly<Record<Health, number>>
    }
  | { readonly kind: 'pipeline'; readonly pipeline: PipelineSummary }

/** The lines to show. Groups come in the order of their worst member, which the API sends first. */
export function rowsOf(pipelines: readonly PipelineSummary[], view: OverviewView): Row[] {
  const shown = pipelines.filter((pipeline) => matches(pipeline, view))
  if (!view.grouped) return shown.map((pipeline) => ({ kind: 'pipeline', pipeline }))
  const groups = new Map<string, PipelineSummary[]>()
  for (const pipeline of shown) {
    const group = groups.get(pipeline.system)
    if (group) group.push(pipeline)
    else groups.set(pipeline.system, [pipeline])
  }
  return [...groups].flatMap(([system, members]): Row[] => [
    { kind: 'system', system, counts: countHealths(members) },
    ...members.map((pipeline): Row => ({ kind: 'pipeline', pipeline })),
  ])
}

/** What tells one pipeline from another. */
export function pipelineKey(pipeline: {
  readonly system: string
  readonly pipeline: string
}): string {
  return `${pipeline.system}\0${pipeline.pipeline}`
}

/**
 * The new answer in the old order, newcomers last: while somebody points at a row, a refresh must
 * not pull it away from under the pointer.
 */
export function inOrderOf(
  previous: readonly string[],
  next: readonly PipelineSummary[],
): PipelineSummary[] {
  const place = new Map(previous.map((key, i) => [key, i]))
  const at = (pipeline: PipelineSummary): number =>
    place.get(pipelineKey(pipeline)) ?? previous.length
  return next.toSorted((a, b) => at(a) - at(b))
}
