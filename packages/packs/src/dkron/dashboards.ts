/** The board of a Dkron cluster: jobs, cluster, calls, gossip, process. */
import type { DashboardDefinition, DashboardPanel } from '../pack.ts'

type Line = readonly [expr: string, legend: string]

function stat(
  title: string,
  help: string,
  unit: string,
  expr: string,
  more: Partial<DashboardPanel> = {},
): DashboardPanel {
  return { kind: 'stat', title, help, unit, width: 4, targets: [{ expr, legend: '' }], ...more }
}

function graph(
  title: string,
  help: string,
  unit: string,
  ...lines: readonly Line[]
): DashboardPanel {
  const targets = lines.map(([expr, legend]) => ({ expr, legend }))
  return { kind: 'timeseries', title, help, unit, width: 12, targets }
}

const RATE = '$__rate_interval'
const JOB = 'pipeline=~"$job"'
const RED_FROM_ONE = [{ from: 1, color: 'red' as const }]

function node(figure: string, matchers = ''): string {
  return `{__name__=~"dkron_(.+_)?${figure}"${matchers}}`
}

export const DASHBOARDS: readonly DashboardDefinition[] = [
  {
    name: 'weir-dkron',
    title: 'Dkron',
    description: 'Jobs of a Dkron cluster, and the cluster itself.',
    variables: [
      {
        name: 'job',
        label: 'Job',
        metric: 'weir_stage_throughput{system="dkron",stage="execution"}',
        valueLabel: 'pipeline',
        pipeline: 'name',
      },
    ],
    rows: [
      {
        title: 'Jobs',
        panels: [
          stat(
            'Jobs',
            'Jobs that have run.',
            'short',
            'count(sum by (pipeline) (dkron:job_runs:increase1h))',
          ),
          stat(
            'Runs, 1 h',
            'Executions of the last hour.',
            'short',
            `sum(dkron:job_runs:increase1h{${JOB}})`,
            { decimals: 0 },
          ),
          stat(
            'Failures, 1 h',
            'Failed executions of the last hour.',
            'short',
            `sum(dkron:job_runs:increase1h{state="failed",${JOB}})`,
            { decimals: 0, thresholds: RED_FROM_ONE },
          ),
          stat(
            'Success rate, 1 h',
            'Good executions of all, last hour.',
            'percentunit',
            `sum(dkron:job_runs:increase1h{state="success",${JOB}}) / sum(dkron:job_runs:increase1h{${JOB}})`,
            { max: 1, decimals: 1 },
          ),
          stat('Nodes', 'Nodes that send metrics.', 'short', 'dkron:nodes'),
          stat(
            'Members down',
            'Dead or suspect, as other nodes see them.',
            'short',
            'sum(dkron:members{node_state=~"dead|suspect"}) or 0 * sum(dkron:members)',
            { thresholds: RED_FROM_ONE },
          ),
          graph('Runs by job', 'Executions per five minutes.', 'short', [
            `sum by (pipeline) (dkron:job_runs:increase5m{${JOB}})`,
            '{{pipeline}}',
          ]),
          graph('Failures by job', 'Failed executions per five minutes.', 'short', [
            `sum by (pipeline) (dkron:job_runs:increase5m{state="failed",${JOB}})`,
            '{{pipeline}}',
          ]),
          graph('Success rate over time', 'Good executions of all, over an hour.', 'percentunit', [
            `sum by (pipeline) (dkron:job_runs:increase1h{state="success",${JOB}}) / sum by (pipeline) (dkron:job_runs:increase1h{${JOB}})`,
            '{{pipeline}}',
          ]),
          graph(
            'Execution time by job',
            'Mean of an hour; needs the webhook, or the newest one by dkron-job-exporter.',
            's',
            [`dkron:job_seconds:mean1h{${JOB}}`, '{{pipeline}}'],
          ),
          {
            kind: 'bargauge',
            title: 'Since the last success',
            help: 'Of each job.',
            unit: 's',
            width: 12,
            targets: [{ expr: `dkron:job_since_success_seconds{${JOB}}`, legend: '{{pipeline}}' }],
          },
          graph('Mean execution time', 'Of all jobs, as agents see it, over half an hour.', 's', [
            'dkron:agent_run_seconds:mean30m',
            'mean',
          ]),
        ],
      },
      {
        title: 'Cluster',
        panels: [
          {
            ...graph('Members by state', 'The most that any node sees.', 'short', [
              'dkron:members',
              '{{node_state}}',
            ]),
            stack: true,
          },
          graph(
            'Agent events',
            'Per second.',
            'short',
            [`sum(rate(dkron_agent_event_received_member_join[${RATE}]))`, 'join'],
            [`sum(rate(dkron_agent_event_received_member_leave[${RATE}]))`, 'leave'],
            [`sum(rate(dkron_agent_event_received_member_failed[${RATE}]))`, 'failed'],
            [`sum(rate(dkron_agent_event_received_member_update[${RATE}]))`, 'update'],
          ),
          graph('Changes of leader, 1 h', 'Starts of the scheduler.', 'short', [
            'changes(dkron:leader_elected_time_seconds[1h])',
            'changes',
          ]),
          graph(
            'Raft: since a follower answered',
            '99th percentile; elections begin at half a second.',
            's',
            ['dkron:last_contact_seconds', 'last contact'],
          ),
          graph('Raft: commits', 'Time from dispatch to commit.', 's', [
            'dkron:commit_seconds',
            'q{{quantile}}',
          ]),
          graph('Raft: entries', 'Entries given to the log, per second.', 'ops', [
            `sum(rate(dkron_raft_apply[${RATE}]))`,
            'apply',
          ]),
        ],
      },
      {
        title: 'gRPC',
        panels: [
          graph('Calls', 'Per second, by call.', 'ops', ['dkron:calls:rate5m', '{{call}}']),
          graph('Mean time of a call', 'By call.', 's', [
            'dkron:call_seconds:rate5m / (dkron:calls:rate5m > 0)',
            '{{call}}',
          ]),
        ],
      },
      {
        title: 'Memberlist and Serf',
        collapsed: true,
        panels: [
          graph(
            'Doubts about members',
            'Per second: suspect, dead, and nodes that find themselves unwell.',
            'ops',
            [`sum(rate(dkron_memberlist_msg_suspect[${RATE}]))`, 'suspect'],
            [`sum(rate(dkron_memberlist_msg_dead[${RATE}]))`, 'dead'],
            [`sum(rate(dkron_memberlist_degraded_probe[${RATE}]))`, 'unwell'],
          ),
          graph(
            'Gossip traffic',
            'Bytes per second.',
            'Bps',
            [`sum(rate(dkron_memberlist_udp_sent[${RATE}]))`, 'UDP out'],
            [`sum(rate(dkron_memberlist_udp_received[${RATE}]))`, 'UDP in'],
            [`sum(rate(dkron_memberlist_tcp_sent[${RATE}]))`, 'TCP out'],
          ),
          graph(
            'TCP connections',
            'Per second.',
            'ops',
            [`sum(rate(dkron_memberlist_tcp_accept[${RATE}]))`, 'accepted'],
            [`sum(rate(dkron_memberlist_tcp_connect[${RATE}]))`, 'opened'],
          ),
          graph(
            'Rounds of gossip',
            'Per second.',
            'ops',
            [
              `sum(rate(dkron_memberlist_gossip_count[${RATE}])) or sum(rate(dkron_memberlist_gossip_seconds_count[${RATE}]))`,
              'gossip',
            ],
            [
              `sum(rate(dkron_memberlist_probeNode_count[${RATE}])) or sum(rate(dkron_memberlist_probeNode_seconds_count[${RATE}]))`,
              'probe',
            ],
            [
              `sum(rate(dkron_memberlist_pushPullNode_count[${RATE}])) or sum(rate(dkron_memberlist_pushPullNode_seconds_count[${RATE}]))`,
              'push/pull',
            ],
          ),
          graph(
            'Serf messages',
            'Per second.',
            'ops',
            [`sum(rate(dkron_serf_msgs_received_count[${RATE}]))`, 'received'],
            [`sum(rate(dkron_serf_msgs_sent_count[${RATE}]))`, 'sent'],
          ),
          graph(
            'Serf queues',
            'Messages that wait, 99th percentile.',
            'short',
            ['max(dkron_serf_queue_Event{quantile="0.99"})', 'event'],
            ['max(dkron_serf_queue_Intent{quantile="0.99"})', 'intent'],
            ['max(dkron_serf_queue_Query{quantile="0.99"})', 'query'],
          ),
          graph(
            'Serf queries',
            'Per second; none from 3.0 on.',
            'ops',
            [`sum(rate(dkron_serf_queries[${RATE}]))`, 'queries'],
            [`sum(rate(dkron_serf_query_acks[${RATE}]))`, 'acks'],
            [`sum(rate(dkron_serf_query_responses[${RATE}]))`, 'responses'],
          ),
          graph('Network coordinates', 'How far they moved, 99th percentile.', 'ms', [
            'max(dkron_serf_coordinate_adjustment_ms{quantile="0.99"})',
            'moved',
          ]),
        ],
      },
      {
        title: 'Process',
        collapsed: true,
        panels: [
          graph('Goroutines', 'By node.', 'short', [
            node('runtime_num_goroutines'),
            '{{host}} {{instance}}',
          ]),
          graph(
            'Heap',
            'In use and taken from the system.',
            'bytes',
            [node('runtime_alloc_bytes'), 'in use {{host}} {{instance}}'],
            [node('runtime_sys_bytes'), 'system {{host}} {{instance}}'],
          ),
          graph('Garbage collection', 'Longest pause, 99th percentile.', 's', [
            'dkron:gc_pause_seconds',
            'pause',
          ]),
          graph('Live objects', 'By node.', 'short', [
            node('runtime_heap_objects'),
            '{{host}} {{instance}}',
          ]),
        ],
      },
    ],
  },
]
