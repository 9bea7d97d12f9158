/**
 * One figure, many names. Flink's reporters write the same metric each in its own way:
 *
 *     Prometheus, push gateway   flink_taskmanager_job_task_numRecordsIn          everything is a gauge
 *     OpenTelemetry, counters    flink_taskmanager_job_task_numRecordsIn_total    meters in two: _rate, _count_total
 *     InfluxDB                   taskmanager_job_task_numRecordsIn_count          the field behind the name
 *     StatsD                     as Prometheus, by the pack's mapping
 *
 * Recording rules take the first of them that is there, for each job by itself (`a or b`), so that a
 * job that sends two ways counts once. A metric is named here without `flink_`: `jobmanager_job_uptime`.
 */

/** What Flink calls it; a meter is its rate, a histogram a summary of quantiles. */
export type FlinkType = 'counter' | 'gauge' | 'meter' | 'histogram'

/** A metric under all its names, the one of Prometheus first. */
export function namesOf(type: FlinkType, metric: string): readonly string[] {
  const own = `flink_${metric}`
  switch (type) {
    case 'gauge':
      return [own, `${metric}_value`]
    case 'counter':
      return [own, `${own}_total`, `${metric}_count`]
    case 'meter':
      // Some rates are meters in one version and gauges in the next.
      return [own, `${own}_rate`, `${metric}_rate`, `${metric}_value`]
    case 'histogram':
      return [own]
    default:
      return type satisfies never
  }
}

/** Fields of InfluxDB in which a histogram's quantiles stand. */
export const INFLUX_QUANTILES: Readonly<Record<string, string>> = {
  '0.5': 'p50',
  '0.75': 'p75',
  '0.95': 'p95',
  '0.98': 'p98',
  '0.99': 'p99',
  '0.999': 'p999',
}

/**
 * Groups of a push gateway to which nobody pushes any more: a job that restarts under a new name leaves its
 * last figures behind for ever. `push_time_seconds` is there for what was pushed only.
 */
const DEAD_PUSHES = 'time() - push_time_seconds > 60'

/** Without what dead groups of a push gateway still say; nothing to others. */
export function alive(selector: string): string {
  return `(${selector} unless on (job, instance) (${DEAD_PUSHES}))`
}

/** `a{matchers}` */
function select(metric: string, matchers = ''): string {
  return matchers === '' ? metric : `${metric}{${matchers}}`
}

export interface Question {
  /** `sum`, `max`, … */
  readonly fold: 'sum' | 'max' | 'min' | 'avg'
  /** Labels that stay: `job_name`. */
  readonly by: string
  readonly matchers?: string
  /** Put behind each value: `>= 0` leaves out NaN and what stands for "unknown". */
  readonly only?: string
}

function fold({ fold: how, by }: Question, inner: string): string {
  return by === '' ? `${how}(${inner})` : `${how} by (${by}) (${inner})`
}

/** A gauge now, by whichever way it came. */
export function gauge(metric: string, question: Question): string {
  return anyOf(namesOf('gauge', metric), question, (selector) => alive(selector))
}

/** A meter's rate per second. */
export function meter(metric: string, question: Question): string {
  return anyOf(namesOf('meter', metric), question, (selector) => alive(selector))
}

/**
 * How fast a counter grows, per second. Its labels change with each attempt of a task, so rates come
 * first and sums after: the sum of the counters would fall at a restart, the sum of their rates does not.
 */
export function rateOf(metric: string, window: string, question: Question): string {
  return anyOf(namesOf('counter', metric), question, (selector) => `rate(${selector}[${window}])`)
}

/** How much a counter grew within a window. */
export function increaseOf(metric: string, window: string, question: Question): string {
  return anyOf(
    namesOf('counter', metric),
    question,
    (selector) => `increase(${selector}[${window}])`,
  )
}

/** How much a gauge that counts, as all totals of the JobManager do, grew within a window. */
export function gaugeIncrease(metric: string, window: string, question: Question): string {
  return anyOf(namesOf('gauge', metric), question, (selector) => `increase(${selector}[${window}])`)
}

/** How fast a gauge that adds something up grows, per second. */
export function gaugeRate(metric: string, window: string, question: Question): string {
  return anyOf(namesOf('gauge', metric), question, (selector) => `rate(${selector}[${window}])`)
}

/** A quantile of a histogram: of many subtasks the worst, since quantiles cannot be added up. */
export function quantile(metric: string, q: string, question: Question): string {
  const { matchers = '' } = question
  const more = matchers === '' ? '' : `,${matchers}`
  const own = fold(question, `${alive(`flink_${metric}{quantile="${q}"${more}}`)} >= 0`)
  const influx = fold(question, `${select(`${metric}_${INFLUX_QUANTILES[q]}`, matchers)} >= 0`)
  return `(${own} or ${influx})`
}

function anyOf(
  names: readonly string[],
  question: Question,
  read: (selector: string) => string,
): string {
  const { matchers = '', only = '' } = question
  const part = (name: string): string => {
    const inner = read(select(name, matchers))
    return fold(question, only === '' ? inner : `${inner} ${only}`)
  }
  return `(${names.map(part).join(' or ')})`
}
