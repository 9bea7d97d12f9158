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
 * The way data takes through stages: what was told of a stage (`after`), else from all open ends, which
 * are the stages of orders before it that lead nowhere yet. Stages at one place stand side by side.
 *
 * @param stages in order
 */
export function edgesOf(stages: readonly PlacedStage[]): StageEdge[] {
  const there = new Set(stages.map(({ stage }) => stage))
  const edges: StageEdge[] = []
  const placed: string[] = []
  const leading = new Set<string>()
  let ends: readonly string[] = []
  for (const [i, { stage, order, after }] of stages.entries()) {
    if (stages[i - 1]?.order !== order) ends = placed.filter((one) => !leading.has(one))
    for (const from of toldOf(stage, after, there) ?? ends) {
      edges.push({ from, to: stage })
      leading.add(from)
      if (edges.length >= EDGES_MAX) return edges
    }
    placed.push(stage)
  }
  return edges
}

/** Undefined when nothing was told, or only of stages that are not there. */
function toldOf(
  stage: string,
  after: readonly string[] | undefined,
  there: ReadonlySet<string>,
): readonly string[] | undefined {
  const told = after?.filter((from) => there.has(from) && from !== stage)
  return told?.length === 0 && after!.length > 0 ? undefined : told
}
