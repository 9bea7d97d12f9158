/**
 * A part's name says what it holds: the lines of journal segments `first` to `last`, in their
 * `generation`-th writing. `part-12-15-1.parquet` stands for `part-12-15-0`, for all parts of segments
 * between 12 and 15, and for `journal-12` to `journal-15`: whatever of these is still there when the
 * process ended between two steps is removed by the next start.
 */
export interface PartName {
  readonly first: number
  readonly last: number
  readonly generation: number
}

export function partFile({ first, last, generation }: PartName): string {
  return `part-${first}-${last}-${generation}.parquet`
}

export function indexFile({ first, last, generation }: PartName): string {
  return `part-${first}-${last}-${generation}.index`
}

/** The part that a file belongs to, undefined where it is none's. */
export function partOfFile(file: string): PartName | undefined {
  const found = /^part-(\d+)-(\d+)-(\d+)\.(?:parquet|index)$/.exec(file)
  if (found === null) return undefined
  const [first, last, generation] = found.slice(1).map(Number) as [number, number, number]
  return { first, last, generation }
}

/** Whether a part has in it all that another one holds, and is not that one. */
export function replaces(a: PartName, b: PartName): boolean {
  if (a.first > b.first || a.last < b.last) return false
  return a.first < b.first || a.last > b.last || a.generation > b.generation
}

/** No part has so many. */
const BLOCKS_MAX = 100_000

/** The number of a part's first block; no two parts that are there at one time share one. */
export function firstBlock({ first }: PartName): number {
  return first * BLOCKS_MAX
}
