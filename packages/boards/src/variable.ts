/** Variables of a dashboard: what `$name` stands for in its queries and titles. */

interface VariableBase {
  readonly name: string
  readonly label?: string
  readonly description?: string
  /** 0: shown, 1: without its label, 2: not at all. */
  readonly hide: 0 | 1 | 2
  readonly current?: { readonly text?: unknown; readonly value?: unknown }
  readonly [key: string]: unknown
}

interface Choice {
  readonly multi: boolean
  readonly includeAll: boolean
  /** What "All" stands for in queries; unset: all the values. */
  readonly allValue?: string
}

export type Variable =
  | (VariableBase &
      Choice & {
        readonly type: 'query'
        /** `label_values(up, job)`, `query_result(…)`, `show tag values …`, … with variables. */
        readonly query: string
        /** Whose labels it asks for. */
        readonly language: 'promql' | 'logql'
        readonly regex: string
        /** 0 as they come, 1/2 by letter, 3/4 by number, 5/6 by letter whatever the case, 7/8 naturally; odd ascending. */
        readonly sort: number
        /** 1: when the board is opened, 2: when the time changes too. */
        readonly refresh: 0 | 1 | 2
      })
  | (VariableBase &
      Choice & {
        readonly type: 'custom'
        readonly options: readonly { readonly text: string; readonly value: string }[]
      })
  | (VariableBase & {
      readonly type: 'interval'
      readonly options: readonly string[]
      readonly auto: boolean
      readonly autoCount: number
      readonly autoMin: string
    })
  | (VariableBase & { readonly type: 'datasource'; readonly query: string })
  | (VariableBase & { readonly type: 'textbox'; readonly query: string })
  | (VariableBase & { readonly type: 'constant'; readonly query: string })
  /** A kind that Weir does not know: kept in the file, inserted with what is saved as current. */
  | (VariableBase & { readonly type: 'unknown'; readonly originalType: string })
  | (VariableBase & {
      readonly type: 'adhoc'
      readonly filters: readonly {
        readonly key: string
        readonly operator: string
        readonly value: string
      }[]
    })

/** What is chosen for a variable. "All" is `['$__all']`. */
export type VariableValue = string | readonly string[]
