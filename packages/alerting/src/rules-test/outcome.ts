/** What became of one test of a file. */
export interface RulesTestOutcome {
  readonly name: string
  /** Where in the file. */
  readonly line: number | undefined
  readonly failures: readonly RulesTestFailure[]
  /** Every sample at the end, when that was wanted. */
  readonly dump: readonly string[]
  readonly tookMs: number
}

export type RulesTestFailure =
  | {
      readonly kind: 'alert'
      readonly line: number | undefined
      readonly alertName: string
      readonly evalMs: number
      readonly expected: readonly TestedAlert[]
      readonly got: readonly TestedAlert[]
    }
  | {
      readonly kind: 'expr'
      readonly line: number | undefined
      readonly expr: string
      readonly evalMs: number
      readonly expected: readonly TestedSample[]
      readonly got: readonly TestedSample[]
    }
  | {
      /** A rule or a query that failed, series or rules that cannot be read. */
      readonly kind: 'error'
      readonly line: number | undefined
      readonly message: string
    }

export interface TestedAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

export interface TestedSample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  /** `{{count:2 …}}`; '' when it is a number. */
  readonly histogram: string
}
