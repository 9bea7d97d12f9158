/**
 * Recording rules that signals and alerts build on.
 *
 * **One run, many counts.** Dkron 4.1 counts an execution while it applies the Raft log, so every
 * server counts every one: the figure of a job is the highest of its servers, never their sum. A
 * server that restarts applies its log anew and counts old executions again, so one that is younger
 * than {@link YOUNG} is not listened to.
 *
 * **Born counters count.** A job has no series before its first result, and `increase()` sees nothing
 * in a counter that appears with 1. A series younger than the window has grown by its value, unless
 * Weir has only just begun to look at this Dkron.
 *
 * **Told by webhook.** Any Dkron can post each finished execution as a line of InfluxDB's protocol. Each is
 * a sample, so counting samples counts runs. Where 4.1's counters are there too, those are taken.
 *
 * **Short memory.** The /metrics page of Dkron forgets what was not touched for a minute, so rare
 * counters appear, stand for a minute and go. What matters of them is the moment at which they appear.
 */
import type { RecordingRule } from '../pack.ts'

/** Seconds. The window of the counts below, and as long for a restarted server to count old runs again. */
const YOUNG = 600

/** The interval of the pack's rules. */
export const STEP_S = 15

/** Nodes that send, by whatever way; 1 where they cannot be told apart. */
const NODES = 'dkron:nodes'

/** The highest of the servers that are up for a while, by job. `figure` is a selector or a function of one. */
function byJob(figure: string, offset = ''): string {
  const young = `(time() - process_start_time_seconds${offset} < ${YOUNG})`
  const grownUp = `${figure}${offset} unless on (job, instance) ${young}`
  return `max by (pipeline) (label_replace(${grownUp}, "pipeline", "$1", "job_name", "(.+)"))`
}

/** Named after the job that told of it. */
function told(figure: string): string {
  return `max by (pipeline) (label_replace(${figure}, "pipeline", "$1", "job_name", "(.+)"))`
}

function runs(metric: string, byWebhook: string): string {
  const born = `(${byJob(metric)} unless ${byJob(metric, ' offset 5m')}) and on () ${NODES} offset 5m`
  // Between two runs there are none, which is not the same as not knowing.
  const idle = told('0 * last_over_time(dkron_execution_success[1d])')
  return `(${born}) or ${byJob(`increase(${metric}[5m])`)} or ${told(byWebhook)} or ${idle}`
}

/** When a count was last seen to rise. `now` is the count and `before` what was recorded of it last time. */
function lastRise(moment: string, before: string, now: string, on: string): string {
  return [
    `(0 * (${now} > ${on} last_over_time(${before}[6h])) + time())`,
    `(0 * ((${now} == 1 unless ${on} last_over_time(${before}[6h])) and on () ${NODES} offset 1m) + time())`,
    `(last_over_time(${moment}[6h]) > time() - 691200)`,
  ].join(' or ')
}

/** From the /metrics page in milliseconds, else by StatsD in seconds. */
function seconds(metric: string, part: 'sum' | 'count', window: string): string {
  const page = `sum(rate(dkron_${metric}_${part}[${window}]))${part === 'sum' ? ' / 1000' : ''}`
  return `${page} or sum(rate(dkron_${metric}_seconds_${part}[${window}]))`
}

/** Calls that make up the work of servers and agents. */
const CALLS = [
  'set_job',
  'delete_job',
  'delete_executions',
  'get_job',
  'execution_done',
  'set_execution',
  'agent_run',
  'call_execution_done',
] as const

/** A quantile of a time in seconds: of the page the worst server's, by StatsD from buckets. */
function quantile(metric: string, q: '0.5' | '0.99', page = 'max'): string {
  return `${page}(dkron_${metric}{quantile="${q}"}) / 1000 >= 0 or histogram_quantile(${q}, sum by (le) (rate(dkron_${metric}_seconds_bucket[5m]))) >= 0`
}

/** A node's gauge, relabelled or with the host in its name. */
function ofNode(figure: string, matchers = ''): string {
  return `{__name__=~"dkron_(.+_)?${figure}"${matchers}}`
}

const SUCCEEDED = 'dkron_job_executions_succeeded_total'
const FAILED = 'dkron_job_executions_failed_total'

export const RECORDS: readonly RecordingRule[] = [
  // What came by StatsD has no instance: with both ways a node would count twice.
  {
    record: NODES,
    expr: `count(${ofNode('runtime_num_goroutines', ',instance!=""')}) or count(${ofNode('runtime_num_goroutines')})`,
  },
  {
    record: 'dkron:members',
    expr: `max by (node_state) (${ofNode('memberlist_node_instances')})`,
  },
  {
    record: 'dkron:job_runs:increase5m',
    expr: runs(SUCCEEDED, 'sum_over_time(dkron_execution_success[5m])'),
    labels: { state: 'success' },
  },
  {
    record: 'dkron:job_runs:increase5m',
    expr: runs(
      FAILED,
      'count_over_time(dkron_execution_success[5m]) - sum_over_time(dkron_execution_success[5m])',
    ),
    labels: { state: 'failed' },
  },
  // A sum of what was recorded, so that a restart which was left out above stays out.
  {
    record: 'dkron:job_runs:increase1h',
    expr: `sum_over_time(dkron:job_runs:increase5m[1h]) * ${STEP_S} / 300`,
  },
  {
    record: 'dkron:job_last_success_time_seconds',
    expr: [
      'max by (pipeline) (label_replace(label_replace(dkron_job_last_successful_run_ts, "pipeline", "$1", "job", "(.+)"), "pipeline", "$1", "exported_job", "(.+)")) > 0',
      told('timestamp(dkron_execution_success) and dkron_execution_success == 1'),
      lastRise(
        'dkron:job_last_success_time_seconds',
        'dkron:job_last_success_count',
        byJob(SUCCEEDED),
        'on (pipeline)',
      ),
    ].join(' or '),
  },
  { record: 'dkron:job_last_success_count', expr: byJob(SUCCEEDED) },
  {
    record: 'dkron:job_since_success_seconds',
    expr: 'time() - dkron:job_last_success_time_seconds',
  },
  // How long it took at most between two successes, learned at each success; halves in 12 days.
  {
    record: 'dkron:job_gap_seconds',
    expr: 'dkron:job_last_success_time_seconds - dkron:job_last_success_time_seconds offset 30s > 0',
  },
  {
    record: 'dkron:job_longest_gap_seconds',
    expr: [
      '(dkron:job_gap_seconds > 0.99999 * last_over_time(dkron:job_longest_gap_seconds[6h]))',
      '(0.99999 * last_over_time(dkron:job_longest_gap_seconds[6h]) and on (pipeline) dkron:job_last_success_time_seconds)',
      'dkron:job_gap_seconds',
    ].join(' or '),
  },
  ...(['0.5', '0.95', '0.99'] as const).map((q): RecordingRule => ({
    record: 'dkron:job_seconds',
    expr: told(`quantile_over_time(${q}, dkron_execution_milliseconds[1h]) / 1000`),
    labels: { quantile: q },
  })),
  {
    record: 'dkron:job_seconds:mean1h',
    expr: [
      told('avg_over_time(dkron_execution_milliseconds[1h]) / 1000'),
      'max by (pipeline) (label_replace(label_replace(dkron_job_execution_seconds, "pipeline", "$1", "job", "(.+)"), "pipeline", "$1", "exported_job", "(.+)"))',
      `${told('dkron_job_execution_time_seconds')} > 0`,
    ].join(' or '),
  },
  {
    record: 'dkron:job_changes:increase5m',
    expr: 'sum by (pipeline) (label_replace(increase(dkron_scheduler_job_add[5m]), "pipeline", "$1", "job", "(.+)"))',
  },
  ...CALLS.flatMap((call): RecordingRule[] => [
    {
      record: 'dkron:calls:rate5m',
      expr: seconds(`grpc_${call}`, 'count', '5m'),
      labels: { call },
    },
    {
      record: 'dkron:call_seconds:rate5m',
      expr: seconds(`grpc_${call}`, 'sum', '5m'),
      labels: { call },
    },
  ]),
  {
    record: 'dkron:agent_runs:rate5m',
    expr: seconds('grpc_agent_agent_run', 'count', '5m'),
  },
  {
    record: 'dkron:agent_run_seconds:mean30m',
    expr: `(${seconds('grpc_agent_agent_run', 'sum', '30m')}) / ((${seconds('grpc_agent_agent_run', 'count', '30m')}) > 0)`,
  },
  {
    record: 'dkron:commit_seconds',
    expr: quantile('raft_commitTime', '0.5'),
    labels: { quantile: '0.5' },
  },
  {
    record: 'dkron:commit_seconds',
    expr: quantile('raft_commitTime', '0.99'),
    labels: { quantile: '0.99' },
  },
  { record: 'dkron:last_contact_seconds', expr: quantile('raft_leader_lastContact', '0.99') },
  // A scheduler that starts is a new leader; each start moves the moment once.
  {
    record: 'dkron:leader_elected_time_seconds',
    expr: [
      `(0 * (sum(dkron_scheduler_start) > (sum(dkron_scheduler_start offset ${STEP_S}s) or 0 * sum(dkron_scheduler_start))) and on () ${NODES} offset 1m) + time()`,
      'last_over_time(dkron:leader_elected_time_seconds[6h])',
    ].join(' or '),
  },
  {
    record: 'dkron:gossip_doubts:rate5m',
    expr: 'sum(rate(dkron_memberlist_msg_suspect[5m]) or rate(dkron_memberlist_msg_dead[5m]) or rate(dkron_memberlist_degraded_probe[5m]))',
  },
  {
    record: 'dkron:gc_pause_seconds',
    expr: 'max(dkron_runtime_gc_pause_ns{quantile="0.99"}) / 1e9 >= 0',
  },
]
