/**
 * Flink's StatsD identifiers → the names that its Prometheus reporter gives.
 *
 *     HOST.jobmanager.METRIC                                  HOST.jobmanager.JOB.METRIC
 *     HOST.taskmanager.TM.Status.METRIC                       HOST.taskmanager.TM.JOB.NAME.SUBTASK.METRIC
 *
 * NAME is a task's or an operator's: an identifier does not say. With scope formats that put `.task.` and
 * `.operator.` before it, as the manual recommends, it does; without them, what only tasks have, and
 * every name with an arrow in it, is a task's, the rest an operator's.
 *
 * Identifiers are read from the right: hosts and jobs may have dots, and the subtask, a number, comes
 * before the metric. Everything is a gauge, totals too; `rate()` works on them as on counters. A gauge
 * ends after two minutes without a line, or a job that ended would run for ever.
 */
import type { MappingConfig, MappingRule } from '../pack.ts'

/** Flink sends every 10 s. */
const TTL = '2m'

const HOST = '(.*)'
const TM = `${HOST}\\.taskmanager\\.([^.]+)`
const SUBTASK = '(\\d+)'
/** Words with dots between, none of which is a number; as few as will do, so that an ending is seen. */
const METRIC = '((?:[A-Za-z_][A-Za-z0-9_/-]*\\.)*?[A-Za-z_][A-Za-z0-9_/-]*?)'

type Labels = Readonly<Record<string, string>>

function gaugeRule(match: string, name: string, labels: Labels): MappingRule {
  return {
    match: `^${match}$`,
    match_type: 'regex',
    match_metric_type: 'gauge',
    name,
    labels,
    // A negative number is sent as 0 and then itself, twice: no changes of a gauge, as StatsD would have it.
    gauges: 'absolute',
    ttl: TTL,
  }
}

/** What a scope looks like, how many groups it has, and which labels they are. */
interface Scope {
  readonly match: string
  readonly groups: number
  readonly prefix: string
  readonly labels: Labels
}

const where = { host: '$1', tm_id: '$2', job_name: '$3' } as const
const task = { ...where, task_name: '$4', subtask_index: '$5' } as const
const operator = { ...where, operator_name: '$4', subtask_index: '$5' } as const
const TASK_PREFIX = 'flink_taskmanager_job_task_'
const OPERATOR_PREFIX = 'flink_taskmanager_job_task_operator_'

/** With the recommended scope formats. */
const NAMED: readonly Scope[] = [
  {
    match: `${TM}\\.(.+?)\\.task\\.(.+?)\\.${SUBTASK}`,
    groups: 5,
    prefix: TASK_PREFIX,
    labels: task,
  },
  {
    match: `${TM}\\.(.+?)\\.operator\\.(.+?)\\.${SUBTASK}`,
    groups: 5,
    prefix: OPERATOR_PREFIX,
    labels: operator,
  },
]

/** With Flink's own: names with an arrow are tasks, others operators; see TASK_ONLY. */
const DEFAULT: readonly Scope[] = [
  {
    match: `${TM}\\.([^.]+)\\.([^.]* -> .*?)\\.${SUBTASK}`,
    groups: 5,
    prefix: TASK_PREFIX,
    labels: task,
  },
  {
    match: `${TM}\\.([^.]+)\\.(.+?)\\.${SUBTASK}`,
    groups: 5,
    prefix: OPERATOR_PREFIX,
    labels: operator,
  },
]

/** Metrics that no operator has, for tasks of one operator under Flink's own scope formats. */
const TASK_ONLY =
  '((?:isBackPressured|busyTime|idleTime|backPressured|softBackPressured|hardBackPressured|maxSoftBackPressure|maxHardBackPressure|accumulate|changelogBusyTime|checkpoint|mailbox|numBuffers|numFiredTimers|initializationTime|buffers\\.|Shuffle\\.|estimatedTime|debloated)[A-Za-z0-9_.-]*?)'

/** A scope's rules, whose templates have braces, or `$7_` would be a group of that name: a histogram's quantiles; a meter's rate and the rest by its own name. */
function scopeRules(scope: Scope, metric: string, own = ''): MappingRule[] {
  const { match, groups, prefix, labels } = scope
  const name = `${prefix}${own === '' ? `\${${groups + 1}}` : own}`
  const at = `${match}\\.${metric}`
  const last = groupCount(at) + 1
  return [
    gaugeRule(`${at}\\.p50`, name, { ...labels, quantile: '0.5' }),
    gaugeRule(`${at}\\.p(75|95|98|99|999)`, name, { ...labels, quantile: `0.\${${last}}` }),
    ...(own === ''
      ? []
      : [gaugeRule(`${at}\\.(max|min|mean|stddev)`, `${name}_\${${last}}`, labels)]),
    gaugeRule(`${at}(?:\\.rate)?`, name, labels),
  ]
}

function groupCount(pattern: string): number {
  return pattern.match(/\((?!\?)/g)?.length ?? 0
}

/** Groups with a value of their own inside the identifier, which becomes a label. */
const GROUPS: readonly {
  readonly metric: string
  readonly name: string
  readonly labels: readonly string[]
}[] = [
  {
    metric:
      'KafkaSourceReader\\.topic\\.(.+)\\.partition\\.(\\d+)\\.(currentOffset|committedOffset)',
    name: 'KafkaSourceReader_topic_partition_${8}',
    labels: ['topic', 'partition'],
  },
  {
    metric: 'KafkaConsumer\\.topic\\.(.+)\\.partition\\.(\\d+)\\.(currentOffsets|committedOffsets)',
    name: 'KafkaConsumer_topic_partition_${8}',
    labels: ['topic', 'partition'],
  },
  {
    metric: 'split\\.(.+)\\.watermark\\.([A-Za-z]+)',
    name: 'split_watermark_${7}',
    labels: ['split'],
  },
  { metric: 'state_name\\.(.+)\\.([A-Za-z]+)', name: 'state_name_${7}', labels: ['state_name'] },
]

/** The scopes in which an operator's metrics can come. */
export const OPERATOR_SCOPES: readonly Scope[] = [NAMED[1]!, DEFAULT[1]!]

/** Rules for groups that carry a value, `group.VALUE.metric`; the scope has five captures before it. */
export function groupRules(
  scope: Scope,
  group: { readonly metric: string; readonly name: string; readonly labels: readonly string[] },
): MappingRule[] {
  const more = Object.fromEntries(
    group.labels.map((label, i) => [label, `$${scope.groups + 1 + i}`]),
  )
  return scopeRules({ ...scope, labels: { ...scope.labels, ...more } }, group.metric, group.name)
}

/** The same of tasks. */
const TASK_GROUPS: typeof GROUPS = [
  {
    metric:
      'latency\\.source_id\\.([^.]+)\\.operator_id\\.([^.]+)\\.operator_subtask_index\\.(\\d+)\\.latency',
    name: 'latency_source_id_operator_id_operator_subtask_index_latency',
    labels: ['source_id', 'operator_id', 'operator_subtask_index'],
  },
  {
    metric: 'Shuffle\\.Netty\\.(Input|Output)\\.(\\d+)\\.([A-Za-z]+)',
    name: 'Shuffle_Netty_${6}_${7}_${8}',
    labels: [],
  },
]

const CLUSTER_METRIC =
  '((?:Status|System)\\.[A-Za-z0-9_. -]+?|num[A-Z][A-Za-z]*TaskManagers|numRunningJobs|taskSlots(?:Total|Available))'

/** How many values a meter or histogram has seen: what it counts has a total of its own. */
export const DROP_COUNTS: MappingRule = {
  match: '^.*\\.(?:jobmanager|taskmanager)\\..+\\.count$',
  match_type: 'regex',
  match_metric_type: 'gauge',
  name: 'dropped',
  action: 'drop',
}

/** In order: the first that fits decides. */
export const MAPPING: MappingConfig = {
  mappings: [
    DROP_COUNTS,
    gaugeRule(`${HOST}\\.jobmanager\\.${CLUSTER_METRIC}(?:\\.rate)?`, 'flink_jobmanager_$2', {
      host: '$1',
    }),
    gaugeRule(
      `${HOST}\\.jobmanager\\.([^.]+)\\.(.+)\\.coordinator\\.enumerator\\.([A-Za-z]+)`,
      'flink_jobmanager_job_operator_coordinator_enumerator_$4',
      { host: '$1', job_name: '$2', operator_name: '$3' },
    ),
    gaugeRule(`${HOST}\\.jobmanager\\.(.+)\\.([A-Za-z]+)`, 'flink_jobmanager_job_$3', {
      host: '$1',
      job_name: '$2',
    }),
    gaugeRule(
      `${TM}\\.((?:Status|System)\\.[A-Za-z0-9_. -]+?)(?:\\.rate)?`,
      'flink_taskmanager_$3',
      {
        host: '$1',
        tm_id: '$2',
      },
    ),
    ...[...NAMED, ...DEFAULT].flatMap((scope) =>
      (scope.prefix === TASK_PREFIX ? TASK_GROUPS : GROUPS).flatMap((group) =>
        groupRules(scope, group),
      ),
    ),
    ...scopeRules(NAMED[0]!, METRIC),
    ...scopeRules(NAMED[1]!, METRIC),
    ...scopeRules(DEFAULT[0]!, METRIC),
    ...scopeRules({ ...DEFAULT[1]!, prefix: TASK_PREFIX, labels: task }, TASK_ONLY),
    ...scopeRules(DEFAULT[1]!, METRIC),
  ],
}
