/** What can be done about something damaged: leave it out and keep the rest, or only go back to a copy. */
export type Remedy = 'drop' | 'restore'

export interface Problem {
  /** The damaged file, from the data directory on: `weir.mdb`, `windows/12`. */
  readonly file: string
  /** The table in it, '' when it is about the file as a whole. */
  readonly table: string
  readonly key: string
  readonly what: string
  /** What it means for the user. */
  readonly meaning: string
  readonly remedy: Remedy
}

/** What a look at a data directory found. */
export interface DataReport {
  readonly path: string
  readonly problems: readonly Problem[]
  /** Files that nothing names: of work that a crash broke off. The next start removes them. */
  readonly leftovers: readonly string[]
  /** What is there and whole. */
  readonly series: number
  readonly windows: number
  readonly sealedSamples: number
  readonly batches: number
  readonly headSamples: number
}
