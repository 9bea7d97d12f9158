import type { Health, PipelineSummary, SignalKind } from '@weir/packs'
import { SIGNAL_TITLES } from './signal-titles.ts'

/** Worst first, as the API sends them. */
export const HEALTH_ORDER: readonly Health[] = ['failing', 'degraded', 'silent', 'healthy']

/** What the overview shows, as its address says it. */
export interface OverviewView {
  readonly query: string
  readonly health: Health | undefined
  readonly system: string | undefined
  readonly team: string | undefined
  readonly group: 'system' | 'team' | undefined
  readonly sort: Sort | undefined
}

/** A column to sort by, the highest first; `name` by the alphabet. Worst first without one. */
export type Sort = 'name' | SignalKind
export const SORTS: readonly Sort[] = ['name', ...SIGNAL_TITLES.map(([kind]) => kind)]

/** Every word of the query must be found in what is said of it; case does not matter. */
export function matches(pipeline: PipelineSummary, view: OverviewView): boolean {
  if (view.health !== undefined && pipeline.health !== view.health) return false
  if (view.system !== undefined && pipeline.system !== view.system) return false
  if (view.team !== undefined && pipeline.notes.team !== view.team) return false
  const words = view.query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return true
  const { system, pipeline: name, reason, words: said, notes, stages } = pipeline
  const text =
    `${system} ${name} ${notes.title} ${notes.team} ${reason} ${said} ${stages.join(' ')}`.toLowerCase()
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
      readonly kind: 'group'
      readonly title: string
      readonly counts: Readonly<Record<Health, number>>
    }
  | { readonly kind: 'pipeline'; readonly pipeline: PipelineSummary }

/**
 * The lines to show. Favourites are on top, whatever else is wished; groups come in the order of
 * their worst member, which the API sends first.
 */
export function rowsOf(
  pipelines: readonly PipelineSummary[],
  view: OverviewView,
  favourites: ReadonlySet<string> = new Set(),
): Row[] {
  const shown = sorted(
    pipelines.filter((pipeline) => matches(pipeline, view)),
    view.sort,
  )
  const [starred, others] = split(shown, (each) => favourites.has(pipelineKey(each)))
  const plain = (members: readonly PipelineSummary[]): Row[] =>
    members.map((pipeline) => ({ kind: 'pipeline', pipeline }))
  const group = (title: string, members: readonly PipelineSummary[]): Row[] =>
    members.length === 0
      ? []
      : [{ kind: 'group', title, counts: countHealths(members) }, ...plain(members)]
  const { group: by } = view
  if (by === undefined) return [...plain(starred), ...plain(others)]
  const named = (each: PipelineSummary): string =>
    by === 'system' ? each.system : each.notes.team || NO_TEAM
  const groups = new Map<string, PipelineSummary[]>()
  for (const pipeline of others) {
    const members = groups.get(named(pipeline))
    if (members) members.push(pipeline)
    else groups.set(named(pipeline), [pipeline])
  }
  return [
    ...group('Favourites', starred),
    ...[...groups].flatMap(([title, members]) => group(title, members)),
  ]
}

const NO_TEAM = 'no team'

function sorted(pipelines: readonly PipelineSummary[], by: Sort | undefined): PipelineSummary[] {
  if (by === undefined) return [...pipelines]
  if (by === 'name') {
    return pipelines.toSorted((a, b) => titleOf(a).localeCompare(titleOf(b), 'en'))
  }
  const value = ({ signals }: PipelineSummary): number => signals[by]?.value ?? -Infinity
  return pipelines.toSorted((a, b) => value(b) - value(a) || 0)
}

function split<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  const first: T[] = []
  const second: T[] = []
  for (const one of all) (isFirst(one) ? first : second).push(one)
  return [first, second]
}

/** What people call a pipeline. */
export function titleOf({ pipeline, notes }: PipelineSummary): string {
  return notes.title || pipeline
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
