/**
 * Dkron's StatsD names → the names of its /metrics page, so that both ways meet.
 *
 * Dkron writes gauges with the host inside the name (`dkron.node-1.runtime.alloc_bytes`) and, in plain
 * StatsD, the values of labels as further parts of it. Its DogStatsD names have no host where the node
 * is called as the host is. Both become a name that is the same on every node, and labels.
 *
 * Everything that go-metrics calls a sample is typed `ms`. Where it is a time the series is in seconds
 * and says so in its name (the /metrics page has milliseconds); where it is bytes, a depth or a share,
 * `scale` takes back the division by 1,000.
 */
import type { MappingConfig, MappingRule } from '../pack.ts'

/** A call, a commit, an fsync: 1 ms to 5 s. */
const CALL_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
/** A job's run: 0.1 s to 6 h. */
const RUN_BUCKETS = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 21_600]

/** A node that is gone is gone a minute later: its gauges come each second, membership each half minute. */
const NODE_TTL = '1m'
/** Peers and jobs that are not heard of any more. */
const GONE_TTL = '24h'

function regex(match: string, name: string, more: Partial<MappingRule> = {}): MappingRule {
  return { match: `^dkron\\.${match}$`, match_type: 'regex', name, ...more }
}

/** A gauge with the host in front of its family, or without (DogStatsD). */
function hostGauge(
  family: string,
  figure: string,
  /** Given the number of the figure's first group. */
  naming: (group: number) => Pick<MappingRule, 'name' | 'labels'>,
): MappingRule[] {
  const gauge = { match_metric_type: 'gauge', ttl: NODE_TTL, honor_labels: true } as const
  const bare = naming(1)
  const withHost = naming(2)
  return [
    regex(`${family}\\.${figure}`, bare.name, {
      ...gauge,
      ...(bare.labels === undefined ? {} : { labels: bare.labels }),
    }),
    regex(`(.+)\\.${family}\\.${figure}`, withHost.name, {
      ...gauge,
      labels: { host: '$1', ...withHost.labels },
    }),
  ]
}

/** A time. */
function timer(
  match: string,
  name: string,
  buckets: readonly number[] = CALL_BUCKETS,
): MappingRule {
  return {
    match: `dkron.${match}`,
    match_metric_type: 'observer',
    name: `dkron_${name}_seconds`,
    observer_type: 'histogram',
    histogram_options: { buckets },
  }
}

/** A size or a depth that comes typed as milliseconds. */
function sample(match: string, name: string): MappingRule {
  return {
    match: `dkron.${match}`,
    match_metric_type: 'observer',
    name: `dkron_${name}`,
    observer_type: 'summary',
    scale: 1000,
  }
}

function fixedHostGauges(family: string, figures: Readonly<Record<string, string>>): MappingRule[] {
  return Object.entries(figures).flatMap(([figure, name]) =>
    hostGauge(family, figure.replaceAll('.', String.raw`\.`), () => ({
      name: `dkron_${family}_${name}`,
    })),
  )
}

const MEMBERS = 'dkron_memberlist_node_instances'

const RUNTIME =
  '(num_goroutines|alloc_bytes|sys_bytes|malloc_count|free_count|heap_objects|total_gc_pause_ns|total_gc_runs)'

const GRPC = [
  'set_job',
  'delete_job',
  'delete_executions',
  'get_job',
  'execution_done',
  'set_execution',
  'agent_run',
  'call_execution_done',
  'call_get_job',
]

export const MAPPING: MappingConfig = {
  mappings: [
    ...GRPC.map((call) => timer(`grpc.${call}`, `grpc_${call}`)),
    timer('grpc_agent.agent_run', 'grpc_agent_agent_run', RUN_BUCKETS),
    timer('grpc_client.agent_run', 'grpc_client_agent_run', RUN_BUCKETS),
    ...['barrier', 'reconcile', 'reconcileMember', 'establish_leadership', 'revoke_leadership'].map(
      (work) => timer(`dkron.leader.${work}`, `dkron_leader_${work}`),
    ),
    ...['gossip', 'probeNode', 'pushPullNode'].map((round) =>
      timer(`memberlist.${round}`, `memberlist_${round}`),
    ),
    ...['commitTime', 'fsm.apply', 'leader.dispatchLog', 'leader.lastContact'].map((what) =>
      timer(`raft.${what}`, `raft_${what.replace('.', '_')}`),
    ),
    ...['processHeartbeat', 'appendEntries', 'requestVote', 'installSnapshot'].map((call) =>
      timer(`raft.rpc.${call}`, `raft_rpc_${call}`),
    ),
    sample('serf.msgs.received', 'serf_msgs_received'),
    sample('serf.msgs.sent', 'serf_msgs_sent'),
    ...['Event', 'Intent', 'Query'].map((queue) =>
      sample(`serf.queue.${queue}`, `serf_queue_${queue}`),
    ),
    sample('memberlist.queue.broadcasts', 'memberlist_queue_broadcasts'),
    sample('memberlist.size.remote', 'memberlist_size_remote'),
    sample('raft.fsm.applyBatchNum', 'raft_fsm_applyBatchNum'),
    sample('raft.thread.main.saturation', 'raft_thread_main_saturation'),
    sample('raft.thread.fsm.saturation', 'raft_thread_fsm_saturation'),
    sample('runtime.gc_pause_ns', 'runtime_gc_pause_ns'),
    ...hostGauge('runtime', RUNTIME, (group) => ({ name: `dkron_runtime_$${group}` })),
    ...hostGauge('memberlist', String.raw`node\.instances`, () => ({ name: MEMBERS })),
    ...hostGauge('memberlist', String.raw`node\.instances\.(alive|left|dead|suspect)`, (group) => ({
      name: MEMBERS,
      labels: { node_state: `$${group}` },
    })),
    ...fixedHostGauges('memberlist', {
      'health.score': 'health_score',
      'size.local': 'size_local',
    }),
    ...fixedHostGauges('raft', {
      peers: 'peers',
      'leader.oldestLogAge': 'leader_oldestLogAge',
      'leader.dispatchNumLogs': 'leader_dispatchNumLogs',
      commitNumLogs: 'commitNumLogs',
      'fsm.lastRestoreDuration': 'fsm_lastRestoreDuration',
    }),
    // Free text behind the colon: a name for each user event would never end.
    regex(String.raw`agent\.event_received\.user-event.*`, 'dkron_agent_event_received_user_event'),
    regex(String.raw`agent\.event_received\.query.*`, 'dkron_agent_event_received_query'),
    // A job's name may hold dots; it is all that is left.
    regex(String.raw`scheduler\.job_(add|delete)\.(.+)`, 'dkron_scheduler_job_$1', {
      match_metric_type: 'counter',
      labels: { job: '$2' },
      ttl: GONE_TTL,
    }),
    // The old form of a figure by peer, which comes beside the labelled one; in plain StatsD both are
    // the same line, and a counter doubles. So it has a name of its own that nothing is built on.
    regex(
      String.raw`raft\.replication\.(heartbeat|installSnapshot|appendEntries\.rpc|appendEntries\.logs)\.(.+)`,
      'dkron_raft_replication_by_peer',
      { labels: { call: '$1', peer_id: '$2' }, ttl: GONE_TTL },
    ),
  ],
}
