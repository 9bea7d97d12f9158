import type { IcebergReport } from './report.ts'

/** Counters by their series: what is added up over reports, and Iceberg's name for it. */
const COUNTERS = {
  iceberg_commit_attempts_total: 'attempts',
  iceberg_added_records_total: 'added-records',
  iceberg_added_files_total: 'added-data-files',
  iceberg_added_bytes_total: 'added-files-size-bytes',
  iceberg_removed_records_total: 'removed-records',
  iceberg_removed_files_total: 'removed-data-files',
} as const

/** Gauges: the table as the newest commit left it. */
const GAUGES = {
  iceberg_table_records: 'total-records',
  iceberg_table_data_files: 'total-data-files',
  iceberg_table_bytes: 'total-files-size-bytes',
  iceberg_table_delete_files: 'total-delete-files',
} as const

/** Milliseconds: of a small commit to an object store, and of one that waits for locks. */
export const DURATION_BOUNDS = [
  5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000,
] as const

export interface Durations {
  /** One more than bounds. */
  readonly counts: readonly number[]
  readonly sum: number
  readonly count: number
}

const NO_DURATIONS: Durations = {
  counts: Array.from({ length: DURATION_BOUNDS.length + 1 }, () => 0),
  sum: 0,
  count: 0,
}

/** What is known of a table: never changed, each report makes the next one. */
export interface TableTotals {
  /** When counting began. */
  readonly startMs: number
  readonly lastCommitMs: number | undefined
  readonly commits: Readonly<Record<string, number>>
  readonly scans: number
  readonly counters: Readonly<Record<string, number>>
  readonly gauges: Readonly<Record<string, number>>
  readonly commitDuration: Durations
  readonly planningDuration: Durations
}

export function newTotals(startMs: number): TableTotals {
  return {
    startMs,
    lastCommitMs: undefined,
    commits: {},
    scans: 0,
    counters: {},
    gauges: {},
    commitDuration: NO_DURATIONS,
    planningDuration: NO_DURATIONS,
  }
}

/** The totals after one more report. */
export function withReport(totals: TableTotals, report: IcebergReport, nowMs: number): TableTotals {
  const { kind, durationMs, operation } = report
  if (kind === 'scan') {
    const planningDuration = observed(totals.planningDuration, durationMs)
    return { ...totals, scans: totals.scans + 1, planningDuration }
  }
  const counters = { ...totals.counters }
  for (const [series, name] of Object.entries(COUNTERS)) {
    counters[series] = (counters[series] ?? 0) + (report.value(name) ?? 0)
  }
  const gauges = { ...totals.gauges }
  for (const [series, name] of Object.entries(GAUGES)) {
    const value = report.value(name)
    if (value !== undefined) gauges[series] = value
  }
  return {
    ...totals,
    lastCommitMs: nowMs,
    commits: { ...totals.commits, [operation]: (totals.commits[operation] ?? 0) + 1 },
    counters,
    gauges,
    commitDuration: observed(totals.commitDuration, durationMs),
  }
}

function observed(durations: Durations, ms: number | undefined): Durations {
  if (ms === undefined) return durations
  const found = DURATION_BOUNDS.findIndex((bound) => ms <= bound)
  const bucket = found < 0 ? DURATION_BOUNDS.length : found
  return {
    counts: durations.counts.map((count, i) => (i === bucket ? count + 1 : count)),
    sum: durations.sum + ms,
    count: durations.count + 1,
  }
}
