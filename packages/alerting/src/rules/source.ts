import type { AlertSink, Labels, NativeHistogram } from '@weir/model'
import type { RuleStore } from './log-expr.ts'

/** A rule file as it was read from disk. */
export interface RuleFile {
  readonly fileName: string
  readonly text: string
  /** What its rules ask when they do not say; metrics unless told. */
  readonly source?: RuleStore
}

/** A rule group given as an object, as packs give it. Durations as Prometheus writes them: `30s`, `1h30m`. */
export interface RuleGroupSource {
  readonly name: string
  /** Where it comes from, in place of a file name: `pack:airflow`. */
  readonly file?: string
  readonly interval?: string
  readonly limit?: number
  readonly query_offset?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly source?: RuleStore
  readonly rules: readonly RuleSource[]
}

/**
 * Either `record` or `alert` is set; see Prometheus's rule files for the meaning of each key, and
 * `additions` for Weir's own.
 */
export interface RuleSource {
  readonly record?: string
  readonly alert?: string
  /** Left out where `deadman` says it. */
  readonly expr?: string
  readonly for?: string
  readonly keep_firing_for?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  /** What it asks: `logs` makes `expr` LogQL. */
  readonly source?: RuleStore
  readonly no_data?: string
  readonly no_data_for?: string
  readonly reset?: string
  readonly levels?: Readonly<Record<string, LevelSource | string>>
  readonly flapping?: { readonly high?: number; readonly low?: number; readonly states?: number }
  readonly deadman?: {
    readonly of: string
    readonly silent?: string
    readonly still?: string
    readonly remember?: string
    readonly by?: readonly string[]
  }
}

export interface LevelSource {
  readonly when: string
  readonly reset?: string
  readonly for?: string
}

/** Asks for the value of an expression at a time. A scalar comes as one sample without labels. */
export type RuleQuery = (
  expr: string,
  timeMs: number,
  signal?: AbortSignal,
  /** The group whose rule asks, for the query log. */
  group?: RuleGroupName,
) => Promise<readonly QuerySample[]>

/**
 * Asks for the values of several expressions at one time, on one state of the store. What cannot be
 * answered is an error in its place; it rejects when none could be asked.
 */
export type RuleQueries = (
  exprs: readonly string[],
  timeMs: number,
  signal: AbortSignal,
  group: RuleGroupName,
) => Promise<readonly (readonly QuerySample[] | Error)[]>

/** What a group is known by: its file, or `pack:airflow`, and its name in it. */
interface RuleGroupName {
  readonly file: string
  readonly name: string
}

export interface QuerySample {
  readonly labels: Labels
  /** 0 beside a native histogram, as in Prometheus. */
  readonly value: number
  /** The sample, when it is one. */
  readonly histogram?: NativeHistogram | undefined
}

/** Takes the alerts of rules. */
export interface RuleAlertSink extends AlertSink {
  /**
   * Takes ends that were handed on already: every minute for a quarter of an hour, also after a restart.
   * Undefined while nobody has a use for them.
   */
  readonly repeatEnds?: AlertSink['receive'] | undefined
}
