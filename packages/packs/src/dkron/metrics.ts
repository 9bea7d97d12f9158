/** The reference. Names are those of Dkron's /metrics page; what only StatsD has ends in `_seconds`. */
import type { MetricReference } from '../api.ts'

type Row = readonly [name: string, unit: string, labels: string, help: string, normal?: string]

const NOT_ALL = 'until 3.2 and 4.0.6 to 4.0.9; by StatsD and /metrics alike'

function rows(
  group: string,
  type: MetricReference['type'],
  table: readonly Row[],
  versions?: string,
): MetricReference[] {
  return table.map(([name, unit, labels, help, normal = '']) => ({
    name: `dkron_${name}`,
    type,
    unit,
    labels: labels === '' ? [] : labels.split(' '),
    help,
    normal,
    group,
    ...(versions === undefined ? {} : { versions }),
  }))
}

/** A time that is a summary in milliseconds on /metrics and a histogram in seconds by StatsD. */
function times(
  group: string,
  table: readonly (readonly [name: string, help: string, normal?: string])[],
  versions?: string,
): MetricReference[] {
  return table.flatMap(([name, help, normal = '']) => [
    ...rows(group, 'summary', [[name, 'ms', '', `${help} From /metrics.`, normal]], versions),
    ...rows(group, 'histogram', [[`${name}_seconds`, 's', '', `${help} By StatsD.`]], versions),
  ])
}

/** A gauge of a node: one name with a label where it was relabelled or came by StatsD, else the host is in the name. */
function ofNode(group: string, table: readonly Row[], versions?: string): MetricReference[] {
  return rows(group, 'gauge', table, versions).map((metric) => {
    const [family = '', ...rest] = metric.name.slice('dkron_'.length).split('_')
    const figure = rest.join('_')
    return {
      ...metric,
      labels: ['host', ...metric.labels],
      pattern: `dkron_(.+_)?${family}_${figure}`,
      aliases: [`dkron_<host>_${family}_${figure}`],
    }
  })
}

export const METRICS: readonly MetricReference[] = [
  ...rows(
    'Jobs',
    'counter',
    [
      [
        'job_executions_succeeded_total',
        'runs',
        'job_name',
        'Executions stored as good. Every server counts every one; a server that restarts counts those since its last snapshot again.',
        'Grows at the pace of the schedule.',
      ],
      [
        'job_executions_failed_total',
        'runs',
        'job_name',
        'Executions stored as bad; an attempt that a later one makes good counts too.',
        'Stands still.',
      ],
    ],
    '4.1 and later, on /metrics only',
  ),
  ...rows('Jobs', 'counter', [
    [
      'scheduler_job_add',
      'changes',
      'job',
      'Times the job was put into the schedule: when it changes, and all of them when a server becomes leader.',
    ],
    ['scheduler_job_delete', 'changes', 'job', 'Times the job was taken out of the schedule.'],
  ]),
  ...rows(
    'Jobs',
    'gauge',
    [
      ['job_execution_time_seconds', 's', 'job_name', 'How long the running execution has taken.'],
      ['job_cpu_usage', 's', 'job_name', 'CPU seconds of the running execution and its children.'],
      ['job_mem_usage_bytes', 'bytes', 'job_name', 'Memory of the running execution.'],
      ['job_exit_code', 'code', 'job_name', 'How the newest execution ended.', '0.'],
    ],
    '3.2.4 to 3.2.7, from the shell executor (port 9422)',
  ),
  ...rows(
    'Jobs, by webhook',
    'gauge',
    [
      [
        'execution_success',
        'bool',
        'job_name',
        'A finished execution: 1 when it was good. One sample each.',
      ],
      ['execution_milliseconds', 'ms', 'job_name', 'How long it took. One sample each.'],
    ],
    'any Dkron whose webhook writes to Weir',
  ),
  ...rows(
    'Jobs, by dkron-job-exporter',
    'gauge',
    [
      ['job_last_successful_run_ts', 's', 'job', 'When the job last succeeded, since 1970.'],
      ['job_last_start_ts', 's', 'job', 'When it last began, since 1970.'],
      ['job_execution_seconds', 's', 'job', 'How long the newest execution took.'],
      ['job_failed_count', 'runs', 'job', 'Failed executions that Dkron remembers.', '0.'],
      ['job_success_count', 'runs', 'job', 'Good executions that Dkron remembers.'],
      ['api_up', 'bool', '', "Whether Dkron's API answered the exporter.", '1.'],
    ],
    'any Dkron, by the separate exporter that reads its API',
  ),
  ...rows('Agent events', 'counter', [
    ['agent_event_received_member_join', 'events', '', 'A node joined.'],
    ['agent_event_received_member_leave', 'events', '', 'A node left in good order.'],
    [
      'agent_event_received_member_failed',
      'events',
      '',
      'A node stopped answering.',
      'Stands still.',
    ],
    ['agent_event_received_member_update', 'events', '', "A node's tags changed."],
    ['agent_event_received_member_reap', 'events', '', 'A node that failed was forgotten.'],
    ['agent_event_received_user_event', 'events', '', "Serf's user events, whatever their name."],
    [
      'agent_event_received_query',
      'events',
      '',
      "Serf's queries; until 2.x jobs ran by them (`query_execution_done`, `query_run_job`).",
    ],
  ]),
  ...times('gRPC', [
    ['grpc_set_job', 'Storing a job.'],
    ['grpc_delete_job', 'Deleting a job.'],
    ['grpc_delete_executions', "Deleting a job's executions."],
    ['grpc_get_job', 'Reading a job, on the server and on who asks.'],
    ['grpc_execution_done', 'Storing the end of an execution.', 'A few milliseconds.'],
    ['grpc_set_execution', 'Storing an execution.'],
    ['grpc_agent_run', 'Listing the executions that are running, whatever its name says.'],
    ['grpc_call_execution_done', 'The agent telling a server that an execution ended.'],
    ['grpc_call_get_job', 'Reading a job over gRPC; until 1.x.'],
    ['grpc_agent_agent_run', 'Running a job on the agent: about how long it took.'],
    ['grpc_client_agent_run', 'The same, seen from the server.'],
  ]),
  ...times('Leader', [
    ['dkron_leader_barrier', 'Waiting until all of the log is applied.'],
    ['dkron_leader_reconcile', 'Comparing members with the peers of Raft.'],
    ['dkron_leader_reconcileMember', 'The same for one member.'],
    ['dkron_leader_establish_leadership', 'Becoming leader. Its count grows at each change.'],
    ['dkron_leader_revoke_leadership', 'Ceasing to be leader.'],
  ]),
  ...rows('Leader', 'counter', [
    [
      'scheduler_start',
      'starts',
      '',
      'The scheduler started: this node became leader. /metrics forgets it after a minute.',
      'Once, and again at an upgrade.',
    ],
  ]),
  ...rows(
    'Serf',
    'summary',
    [
      ['serf_msgs_received', 'bytes', '', 'Size of messages received; its count is their number.'],
      ['serf_msgs_sent', 'bytes', '', 'Size of messages sent.'],
      ['serf_queue_Event', 'messages', '', 'Events that wait, sampled each 30 s.', 'About 0.'],
      ['serf_queue_Intent', 'messages', '', 'Intents (join, leave) that wait.', 'About 0.'],
      ['serf_queue_Query', 'messages', '', 'Queries that wait.', 'About 0.'],
      ['serf_coordinate_adjustment_ms', 'ms', '', 'How far a network coordinate moved.'],
    ],
    NOT_ALL,
  ),
  ...rows(
    'Serf',
    'counter',
    [
      ['serf_events', 'events', '', "Serf's user events."],
      ['serf_queries', 'queries', '', "Serf's queries."],
      ['serf_query_acks', 'answers', '', 'Acknowledgements of queries.'],
      ['serf_query_responses', 'answers', '', 'Answers to queries.'],
      ['serf_query_duplicate_acks', 'answers', '', 'Acknowledgements that came twice.'],
      ['serf_query_duplicate_responses', 'answers', '', 'Answers that came twice.'],
      ['serf_member_join', 'events', '', 'Members that joined.'],
      ['serf_member_flap', 'events', '', 'Members that came back soon after they failed.', '0.'],
      ['serf_member_update', 'events', '', 'Members whose tags changed.'],
      ['serf_member_left', 'events', '', 'Members that left.'],
      ['serf_member_failed', 'events', '', 'Members that failed.', '0.'],
      ['serf_coordinate_rejected', 'samples', '', 'Network coordinates that were refused.'],
      ['serf_coordinate_zero_rtt', 'samples', '', 'Round trips of no length.'],
    ],
    NOT_ALL,
  ),
  ...times(
    'Memberlist',
    [
      ['memberlist_gossip', 'A round of gossip, five a second.'],
      ['memberlist_probeNode', 'A probe of another node, one a second.', 'Milliseconds.'],
      ['memberlist_pushPullNode', 'A full sync with another node, each half minute.'],
    ],
    NOT_ALL,
  ),
  ...rows(
    'Memberlist',
    'counter',
    [
      ['memberlist_tcp_accept', 'connections', '', 'TCP connections accepted.'],
      ['memberlist_tcp_connect', 'connections', '', 'TCP connections opened.'],
      ['memberlist_tcp_sent', 'bytes', '', 'Sent by TCP.'],
      ['memberlist_udp_sent', 'bytes', '', 'Sent by UDP.'],
      ['memberlist_udp_received', 'bytes', '', 'Received by UDP.'],
      ['memberlist_msg_alive', 'messages', '', 'Gossip that a member lives.'],
      ['memberlist_msg_suspect', 'messages', '', 'Gossip that a member may be dead.', '0.'],
      ['memberlist_msg_dead', 'messages', '', 'Gossip that a member is dead.', '0.'],
      [
        'memberlist_degraded_probe',
        'probes',
        '',
        'Probes by a node that finds itself unwell.',
        '0.',
      ],
      ['memberlist_degraded_timeout', 'timeouts', '', 'Timeouts lengthened for that reason.', '0.'],
    ],
    NOT_ALL,
  ),
  ...rows(
    'Memberlist',
    'summary',
    [
      ['memberlist_queue_broadcasts', 'messages', '', 'Broadcasts that wait.'],
      ['memberlist_size_remote', 'bytes', '', "Size of another node's full sync."],
    ],
    NOT_ALL,
  ),
  ...ofNode(
    'Memberlist',
    [
      [
        'memberlist_node_instances',
        'members',
        'node_state',
        'Members by state as this node sees them: alive, left, dead, suspect.',
        'dead and suspect are 0.',
      ],
      ['memberlist_health_score', 'points', '', 'How unwell this node finds itself.', '0.'],
      ['memberlist_size_local', 'bytes', '', "Size of this node's full sync."],
    ],
    NOT_ALL,
  ),
  ...times(
    'Raft',
    [
      ['raft_commitTime', 'From dispatch to commit of a log entry.', 'Below 50 ms.'],
      ['raft_leader_dispatchLog', "Writing entries to the leader's disk.", 'Below 25 ms.'],
      ['raft_leader_lastContact', 'Since a follower answered the leader.', 'Below 200 ms.'],
      ['raft_fsm_apply', 'Applying an entry.'],
      ['raft_rpc_processHeartbeat', 'Answering a heartbeat.'],
      ['raft_rpc_appendEntries', 'Taking entries from the leader.'],
      ['raft_rpc_requestVote', 'Answering a candidate.'],
      ['raft_rpc_installSnapshot', 'Taking a snapshot from the leader.'],
    ],
    NOT_ALL,
  ),
  ...rows(
    'Raft',
    'counter',
    [
      ['raft_apply', 'entries', '', 'Entries given to the log.'],
      ['raft_barrier', 'calls', '', 'Barriers.'],
      ['raft_verify_leader', 'calls', '', 'Checks that the leader still is one.'],
      ['raft_state_leader', 'changes', '', 'Times this node became leader.'],
      ['raft_state_candidate', 'changes', '', 'Times it stood for election.', 'Stands still.'],
      ['raft_state_follower', 'changes', '', 'Times it became follower.'],
      [
        'raft_transition_heartbeat_timeout',
        'changes',
        '',
        'Elections for want of a heartbeat.',
        '0.',
      ],
      [
        'raft_transition_leader_lease_timeout',
        'changes',
        '',
        'Leaders that lost their followers.',
        '0.',
      ],
      [
        'raft_replication_by_peer',
        '',
        'call peer_id',
        'Replication by peer as plain StatsD tells it; counters in it are doubled.',
      ],
    ],
    NOT_ALL,
  ),
  ...rows(
    'Raft',
    'summary',
    [
      ['raft_fsm_applyBatchNum', 'entries', '', 'Entries applied at once.'],
      ['raft_thread_main_saturation', 'ratio', '', "Share of time that Raft's main loop is busy."],
      ['raft_thread_fsm_saturation', 'ratio', '', 'Share of time that applying is busy.'],
    ],
    NOT_ALL,
  ),
  ...ofNode(
    'Raft',
    [
      [
        'raft_peers',
        'servers',
        '',
        'Servers in the configuration, told by the leader.',
        'An odd number.',
      ],
      ['raft_leader_oldestLogAge', 'ms', '', 'Age of the oldest entry that is kept.'],
      ['raft_leader_dispatchNumLogs', 'entries', '', 'Entries of the newest write to disk.'],
      ['raft_commitNumLogs', 'entries', '', 'Entries of the newest commit.'],
      ['raft_fsm_lastRestoreDuration', 'ms', '', 'How long the newest restore took.'],
    ],
    NOT_ALL,
  ),
  ...ofNode('Runtime', [
    [
      'runtime_num_goroutines',
      'goroutines',
      '',
      'Goroutines of the node.',
      'Tens to hundreds, level.',
    ],
    ['runtime_alloc_bytes', 'bytes', '', 'Heap in use.'],
    ['runtime_sys_bytes', 'bytes', '', 'Memory from the operating system.'],
    ['runtime_malloc_count', 'objects', '', 'Allocations since the start.'],
    ['runtime_free_count', 'objects', '', 'Frees since the start.'],
    ['runtime_heap_objects', 'objects', '', 'Live objects.'],
    [
      'runtime_total_gc_pause_ns',
      'ns',
      '',
      'Pauses of garbage collection since the start; coarse.',
    ],
    ['runtime_total_gc_runs', 'runs', '', 'Garbage collections since the start.'],
  ]),
  ...rows('Runtime', 'summary', [
    ['runtime_gc_pause_ns', 'ns', '', 'Each pause of garbage collection.', 'Below a millisecond.'],
  ]),
  {
    name: 'process_start_time_seconds',
    type: 'gauge',
    unit: 's',
    labels: [],
    help: "When the node's process began, since 1970. Tells which counters are young.",
    normal: '',
    group: 'Runtime',
    versions: 'on /metrics',
  },
]
