/** How panels of Flink's and Dagger's boards are written. */
import type { DashboardPanel } from '../pack.ts'
import { type Question, gauge } from './ways.ts'

type Line = readonly [expr: string, legend: string]

interface Look {
  readonly title: string
  readonly help: string
  readonly unit: string
  readonly width?: number
  readonly thresholds?: NonNullable<DashboardPanel['thresholds']>
  readonly words?: NonNullable<DashboardPanel['words']>
}

export function stat(look: Look, expr: string, legend = ''): DashboardPanel {
  return { kind: 'stat', ...look, width: look.width ?? 4, targets: [{ expr, legend }] }
}

export function graph(look: Look, ...lines: readonly Line[]): DashboardPanel {
  return {
    kind: 'timeseries',
    ...look,
    width: look.width ?? 8,
    targets: lines.map(([expr, legend]) => ({ expr, legend })),
  }
}

/** A list of names that come as labels: what topics, which sinks. */
export function list(look: Look, expr: string, legend: string): DashboardPanel {
  return { kind: 'table', ...look, width: look.width ?? 8, targets: [{ expr, legend }] }
}

/** Of the jobs that are chosen. */
export const JOB = 'job_name=~"$job_name"'
export const OPERATOR = 'taskmanager_job_task_operator_'

/** A question for the chosen jobs. */
export function chosen(fold: Question['fold'], by: string, only = ''): Question {
  return { fold, by, matchers: JOB, only }
}

/** A gauge of the Kafka consumer, of the newer or the older connector. */
export function consumer(metric: string, question: Question): string {
  const own = gauge(`${OPERATOR}KafkaSourceReader_KafkaConsumer_${metric}`, question)
  return `${own} or ${gauge(`${OPERATOR}KafkaConsumer_${metric}`, question)}`
}

export function producer(metric: string, question: Question): string {
  return gauge(`${OPERATOR}KafkaProducer_${metric}`, question)
}

/** One line a job and subtask. */
const SUBTASK = 'job_name, subtask_index'
const SUBTASKS = '{{job_name}} {{subtask_index}}'

/** A graph of what each subtask of the Kafka clients says. */
export function clientGraph(
  of: (metric: string, question: Question) => string,
  metric: string,
  look: Look,
  fold: Question['fold'] = 'max',
): DashboardPanel {
  return graph({ width: 6, ...look }, [of(metric, chosen(fold, SUBTASK, '>= 0')), SUBTASKS])
}

/** Red from the first one on. */
export const BAD = [{ from: 1, color: 'red' }] as const

export const JOB_VARIABLE = {
  name: 'job_name',
  label: 'Job',
  metric: '{__name__=~"flink_jobmanager_job_uptime|jobmanager_job_uptime_value"}',
  valueLabel: 'job_name',
  pipeline: 'name',
} as const
