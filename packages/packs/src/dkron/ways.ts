import type { PackWay, ScrapeHint } from '../pack.ts'

/**
 * The host goes from the name into a label; names that hold free text go away. Without it the rules
 * work too, but each node has metrics of its own names.
 */
export const SCRAPE: readonly ScrapeHint[] = [
  {
    job_name: 'dkron',
    static_configs: [{ targets: ['localhost:8080'] }],
    metric_relabel_configs: [
      {
        source_labels: ['__name__'],
        regex: 'dkron_agent_event_received_(user_event|query)_.+',
        action: 'drop',
      },
      {
        source_labels: ['__name__'],
        regex: 'dkron_(.+)_(runtime|memberlist|raft)_.+',
        target_label: 'host',
        replacement: '$1',
      },
      {
        source_labels: ['__name__'],
        regex: 'dkron_.+_((runtime|memberlist|raft)_.+)',
        target_label: '__name__',
        replacement: 'dkron_$1',
      },
    ],
  },
]

export const WAYS: readonly PackWay[] = [
  {
    title: 'Scraping /metrics',
    versions: '3.0 and later; results of jobs from 4.1 on',
    setup: [
      'On each node, servers and agents alike:',
      '',
      '```sh',
      'DKRON_ENABLE_PROMETHEUS=true',
      '```',
      '',
      "and in weir.yml the scrape configuration of the pack (`weir pack export dkron`), with every node's address at port 8080. Scrape the nodes, not a load balancer in front of them.",
    ].join('\n'),
  },
  {
    title: 'StatsD',
    versions: 'all',
    setup: [
      '```sh',
      'DKRON_STATSD_ADDR=weir-host:8125',
      '```',
      '',
      'Gives what happens rarely (events, elections, changes of jobs), which /metrics forgets after a minute. It has no results of jobs. Both together count nothing twice.',
    ].join('\n'),
  },
  {
    title: 'DogStatsD',
    versions: 'all',
    setup: [
      '```sh',
      'DKRON_DOG_STATSD_ADDR=weir-host:8125',
      'DKRON_DOG_STATSD_TAGS=host:node-1',
      '```',
      '',
      "Dkron cuts the host out of names here and sends no tag for it: give one yourself, a different one on each node, or nodes overwrite each other's gauges.",
    ].join('\n'),
  },
  {
    title: 'Webhook',
    versions: 'all',
    setup: [
      'Results and times of every execution, whatever the version. On each server:',
      '',
      '```sh',
      'DKRON_WEBHOOK_ENDPOINT=http://weir-host:9347/write',
      "DKRON_WEBHOOK_PAYLOAD='dkron_execution,job_name={{.JobName}} success={{.Success}},milliseconds={{(.FinishedAt.Sub .StartTime).Milliseconds}} {{.FinishedAt.UnixNano}}'",
      '```',
    ].join('\n'),
  },
  {
    title: 'dkron-job-exporter',
    versions: 'all',
    setup:
      "A separate program that reads Dkron's API and serves when each job last succeeded and how long it took. Scrape it beside Dkron where the webhook is taken.",
  },
]
