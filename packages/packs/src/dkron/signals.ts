/** The stages of a job and of the cluster itself, and the signals of each. */
import type { PackStage } from '../pack.ts'

/** The pipeline that stands for the cluster: a job cannot be called so, parentheses are not allowed. */
export const PLATFORM = '(dkron)'

const RUNS = 'dkron:job_runs:increase5m'
const HOUR = 'dkron:job_runs:increase1h'

const JOB_STAGES: readonly PackStage[] = [
  {
    stage: 'schedule',
    order: 10,
    title: 'Schedule',
    help: 'The job in the schedule of the leader: how often it is put there anew.',
    signals: {
      throughput: { unit: 'changes/s', expr: 'dkron:job_changes:increase5m / 300' },
    },
  },
  {
    stage: 'execution',
    order: 20,
    title: 'Execution',
    help: 'Runs of the job; each attempt counts. The share of failures is that of the last hour.',
    signals: {
      throughput: { unit: 'runs/s', expr: `sum by (pipeline) (${RUNS}) / 300` },
      errors: {
        unit: 'runs/s',
        expr: `(sum by (pipeline) (${RUNS}{state="failed"}) or 0 * sum by (pipeline) (${RUNS})) / 300`,
        ratio: `(sum by (pipeline) (${HOUR}{state="failed"}) or 0 * sum by (pipeline) (${HOUR})) / (sum by (pipeline) (${HOUR}) > 0)`,
      },
      latency: {
        unit: 's',
        p50: 'dkron:job_seconds{quantile="0.5"}',
        expr: 'max without (quantile) (dkron:job_seconds{quantile="0.95"}) or dkron:job_seconds:mean1h',
        p99: 'dkron:job_seconds{quantile="0.99"}',
      },
      freshness: { unit: 's', expr: 'dkron:job_since_success_seconds' },
    },
  },
]

const PLATFORM_STAGES: readonly PackStage[] = [
  {
    stage: 'members',
    order: 10,
    title: 'Members',
    help: 'Nodes of the cluster and their gossip. What waits are members that do not answer; where Dkron does not say, nodes that sent within the hour and do not now.',
    signals: {
      errors: { unit: 'doubts/s', expr: 'dkron:gossip_doubts:rate5m' },
      backlog: {
        unit: 'members',
        expr: 'sum(dkron:members{node_state=~"dead|suspect"}) or (max_over_time(dkron:nodes[1h]) - dkron:nodes)',
      },
    },
  },
  {
    stage: 'raft',
    order: 20,
    title: 'Raft',
    help: 'The log that servers agree on; errors are elections.',
    signals: {
      throughput: { unit: 'entries/s', expr: 'sum(rate(dkron_raft_apply[5m]))' },
      errors: { unit: 'elections/s', expr: 'sum(rate(dkron_raft_state_candidate[5m]))' },
      latency: {
        unit: 's',
        p50: 'dkron:commit_seconds{quantile="0.5"}',
        expr: 'dkron:commit_seconds{quantile="0.99"}',
      },
    },
  },
  {
    stage: 'grpc',
    order: 30,
    title: 'Calls',
    help: 'Calls between nodes; latency is the mean.',
    signals: {
      throughput: { unit: 'calls/s', expr: 'sum(dkron:calls:rate5m)' },
      latency: {
        unit: 's',
        expr: 'sum(dkron:call_seconds:rate5m) / (sum(dkron:calls:rate5m) > 0)',
      },
    },
  },
  {
    stage: 'agents',
    order: 40,
    title: 'Agents',
    help: 'Executions on the nodes of the cluster; latency is the mean of half an hour.',
    signals: {
      throughput: { unit: 'runs/s', expr: 'dkron:agent_runs:rate5m' },
      latency: { unit: 's', expr: 'dkron:agent_run_seconds:mean30m' },
      freshness: { unit: 's', expr: 'min(dkron:job_since_success_seconds)' },
    },
  },
]

export const STAGES: readonly PackStage[] = [
  ...JOB_STAGES,
  ...PLATFORM_STAGES.map((stage) => ({ ...stage, pipeline: PLATFORM })),
]
