/** What became of a request that could be read. */
export interface PushOutcome {
  readonly samples: number
  readonly histograms: number
  readonly exemplars: number
  /** How much was not kept, by reason: samples and histograms, or series where none could be told. */
  readonly rejected: Readonly<Record<string, number>>
  /** One of those, for a person; '' when all were kept. */
  readonly example: string
}
