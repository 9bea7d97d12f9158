import type { MatrixColumns } from '../query/job.ts'

/** Times at equal steps, both ends counted. */
export interface Grid {
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
}

/** Whether each time of a grid is one of another, finer one that begins and ends with it. */
export function isThinner(grid: Grid, finer: Grid): boolean {
  return (
    grid.startMs === finer.startMs &&
    grid.endMs === finer.endMs &&
    grid.stepMs % finer.stepMs === 0 &&
    (grid.endMs - grid.startMs) % grid.stepMs === 0
  )
}

/** What the matrix has at every so many steps: a query looks at each time by itself, so it is what asking again would give. */
export function thinned(matrix: MatrixColumns, every: number): MatrixColumns {
  if (every === 1) return matrix
  const { labels, values: all, stepCount: allSteps, histograms: given, ...rest } = matrix
  const stepCount = Math.ceil(allSteps / every)
  const values = new Float64Array(labels.length * stepCount)
  const histograms = new Map<number, NonNullable<ReturnType<typeof given.get>>>()
  for (let to = 0; to < values.length; to++) {
    const from = Math.floor(to / stepCount) * allSteps + (to % stepCount) * every
    values[to] = all[from]!
    const histogram = given.get(from)
    if (histogram !== undefined) histograms.set(to, histogram)
  }
  return { ...rest, labels, values, histograms, stepCount, stepMs: matrix.stepMs * every }
}
