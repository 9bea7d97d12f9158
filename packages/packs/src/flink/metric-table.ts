/** How the tables of the reference are written, and what a row of them becomes. */
import type { MetricReference } from '../api.ts'
import { type FlinkType, INFLUX_QUANTILES, namesOf } from './ways.ts'

/** Name without the scope's prefix, Flink's type, unit, meaning, what is normal, versions. */
export type Row = readonly [
  name: string,
  type: FlinkType,
  unit: string,
  help: string,
  normal?: string,
  versions?: string,
]

export interface Table {
  readonly group: string
  /** Without `flink_`: `jobmanager_job_`. */
  readonly prefix: string
  /** Where other versions keep the same rows. */
  readonly twin?: string
  readonly labels: string
  readonly rows: readonly Row[]
}

const HOST = 'host'
const TM = `${HOST} tm_id`
const TASK = `${TM} job_id job_name task_id task_name task_attempt_id task_attempt_num subtask_index`

/** The labels of each scope, as Flink's reporters with labels send them. */
export const LABELS = {
  jobmanager: HOST,
  job: `${HOST} job_id job_name`,
  taskmanager: TM,
  taskmanagerJob: `${TM} job_id job_name`,
  task: TASK,
  operator: `${TASK} operator_id operator_name`,
} as const

const TYPES: Readonly<Record<FlinkType, MetricReference['type']>> = {
  counter: 'counter',
  gauge: 'gauge',
  meter: 'gauge',
  histogram: 'summary',
}

/** What a row becomes. `<part>` in a name is what the data fills in. */
export function references({ group, prefix, twin, labels, rows }: Table): MetricReference[] {
  return rows.map(([name, type, unit, help, normal = '', versions]) => {
    const metric = prefix + name
    const isOpen = metric.includes('<')
    const elsewhere = twin === undefined ? [] : namesOf(type, twin + name)
    return {
      name: `flink_${metric}`,
      ...(isOpen
        ? { pattern: patternOf(metric) }
        : { aliases: [...aliases(type, metric), ...elsewhere] }),
      group,
      ...(versions === undefined ? {} : { versions }),
      type: TYPES[type],
      unit,
      labels: labels.split(' '),
      help,
      normal,
    }
  })
}

/** All names but the first, and those of what comes with it: a meter's count, a histogram's fields. */
function aliases(type: FlinkType, metric: string): readonly string[] {
  const others = namesOf(type, metric).slice(1)
  if (type === 'meter') {
    // OpenTelemetry's names have `total` at the end only.
    const counts = new Set([
      `${metric}_count_total`,
      `${metric.replace('_total_', '_')}_count_total`,
    ])
    return [...others, ...[...counts].map((name) => `flink_${name}`), `${metric}_count`]
  }
  if (type !== 'histogram') return others
  const plain = ['count', 'max', 'mean', 'min', 'stddev']
  const fields = [...Object.values(INFLUX_QUANTILES), ...plain].map((end) => `${metric}_${end}`)
  // By StatsD a histogram's own figures stand beside its quantiles.
  return [...fields, ...plain.slice(1).map((end) => `flink_${metric}_${end}`)]
}

/** Under all names, whatever field or ending a way adds. */
function patternOf(metric: string): string {
  const open = metric.replaceAll(/<\w+>/g, '[a-zA-Z0-9_]+')
  return `flink_${open}(_[a-z_]+)?|${open}_[a-z0-9]+`
}
