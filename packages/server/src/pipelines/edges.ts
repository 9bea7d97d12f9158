import type { StageEdge } from '@weir/packs'

/** A stage and where it stands, as far as edges are concerned. */
interface PlacedStage {
  readonly stage: string
  readonly order: number
  /** Stages that its data comes from, where somebody says so. */
  readonly after?: readonly string[]
}

/** Edges of one pipeline; a hostile sender may name stages without end. */
const EDGES_MAX = 2000

/**
 * The way data takes through stages: what was told of a stage (`after`), else from all stages of the
 * order before it. Stages at one place stand side by side.
 *
 * @param stages in order
 */
export function edgesOf(stages: readonly PlacedStage[]): StageEdge[] {
  const there = new Set(stages.map(({ stage }) => stage))
  const edges: StageEdge[] = []
  let place: string[] = []
  let placeBefore: string[] = []
  for (const [i, { stage, order, after }] of stages.entries()) {
    if (i > 0 && stages[i - 1]!.order !== order) {
      placeBefore = place
      place = []
    }
    place.push(stage)
    const told = after?.filter((from) => there.has(from) && from !== stage)
    for (const from of told ?? placeBefore) edges.push({ from, to: stage })
    if (edges.length >= EDGES_MAX) return edges.slice(0, EDGES_MAX)
  }
  return edges
}
