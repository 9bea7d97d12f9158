/** What arrives, and what the gateway makes of it. */
import type { PackAlert } from '../../pack.ts'
import { edge } from '../records.ts'
import { PLATFORM } from '../signals.ts'

const RECEIVED = 'rudderstack:received:rate5m'
const HOURLY = 'rudderstack:received:rate1h'
const SOURCE = '{{ $labels.source }}'

const above = (seconds: number): string =>
  `1 - sum(rate(gateway_response_time_bucket{${edge(seconds)}}[5m])) / (sum(rate(gateway_response_time_bucket{le="+Inf"}[5m])) > 0)`

const here = { pipeline: PLATFORM, stage: 'requests' } as const

export const INGESTION_ALERTS: readonly PackAlert[] = [
  {
    ...here,
    name: 'RudderVolumeSpike',
    expr: `${RECEIVED} / (${HOURLY} offset 1d > 0 or ${HOURLY} offset 1h > 0)`,
    threshold: {
      op: '>',
      value: 3,
      unit: 'times',
      by: 'source',
      also: `and on (source) ${RECEIVED} > 10`,
    },
    forText: '10m',
    severity: 'warning',
    summary: `Source ${SOURCE} sends {{ printf "%.1f" $value }} times as many events as usual`,
    description:
      'Events of the last five minutes against the hour at this time yesterday, or the hour before where there is no yesterday; only above ten events a second.',
    runbook:
      'A campaign, a release that tracks more, a loop in a client, or bots? Compare sources and SDK versions on the board. If it is real, watch the queues: tables and pending events grow first.',
  },
  {
    ...here,
    name: 'RudderVolumeDrop',
    expr: `${HOURLY} / (${HOURLY} offset 1w > 1 or ${HOURLY} offset 1d > 1)`,
    threshold: { op: '<', value: 0.3, unit: 'times', by: 'source' },
    forText: '30m',
    severity: 'warning',
    summary: `Source ${SOURCE} sends only {{ $value | humanizePercentage }} of its usual events`,
    description:
      'Events of the last hour against the same hour a week ago, or yesterday where there is no week; only for sources with over one event a second then.',
    runbook:
      'Was the client released, the write key changed, the source switched off? Is the way to the gateway (DNS, certificate, proxy) fine? Requests refused are a panel of the board.',
  },
  {
    ...here,
    name: 'RudderRequestsRefused',
    expr: 'sum by (source) (rudderstack:refused:rate5m{reason!=""}) / on (source) (rudderstack:requests:rate5m > 0)',
    threshold: { op: '>', value: 0.05, unit: 'ratio', by: 'source' },
    forText: '10m',
    severity: 'warning',
    summary: `{{ $value | humanizePercentage }} of the requests of source ${SOURCE} are refused`,
    description: 'The gateway says why in the label `reason` of gateway_write_key_failed_requests.',
    runbook:
      'Look at the reasons on the board: an invalid write key or a disabled source is a mistake of the client, a body too large is a batch to split, "service unavailable" is the gateway itself.',
  },
  {
    ...here,
    name: 'RudderRequestsThrottled',
    expr: 'sum by (source) (rudderstack:refused:rate5m{reason=""})',
    threshold: { op: '>', value: 0, unit: 'requests/s', by: 'source' },
    forText: '5m',
    severity: 'warning',
    summary: `Requests of source ${SOURCE} are turned away by the rate limit`,
    description: 'The workspace sends more than it may; clients get 429.',
    runbook: 'Raise the limit of the workspace, or find who sends so much.',
  },
  {
    ...here,
    name: 'RudderGatewaySlow',
    expr: above(1),
    threshold: { op: '>', value: 0.05, unit: 'ratio', by: '' },
    forText: '5m',
    severity: 'warning',
    summary: '{{ $value | humanizePercentage }} of requests take over a second to answer',
    description: 'Share of the answers of the gateway above the edge of one second (p95).',
    runbook:
      'The gateway answers when the request is in PostgreSQL. Look at the time of a write (store_jobs), connections in use, and the CPU of both.',
  },
  {
    ...here,
    name: 'RudderGatewayVerySlow',
    expr: above(5),
    threshold: { op: '>', value: 0.01, unit: 'ratio', by: '' },
    forText: '5m',
    severity: 'critical',
    summary: '{{ $value | humanizePercentage }} of requests take over five seconds to answer',
    description: 'Share of the answers above the edge of five seconds (p99): clients give up.',
    runbook:
      'As for RudderGatewaySlow; also see whether a compaction of the queue holds locks (migration_loop, jobsdb_lock_wait_time).',
  },
  {
    ...here,
    name: 'RudderGatewayErrors',
    expr: 'sum(rate(gateway_response_time_count{code=~"5.."}[5m])) / (sum(rate(gateway_response_time_count[5m])) > 0)',
    threshold: { op: '>', value: 0.01, unit: 'ratio', by: '' },
    forText: '5m',
    severity: 'critical',
    summary: '{{ $value | humanizePercentage }} of requests end in a 5xx',
    description: 'Events are lost unless the client keeps and repeats them.',
    runbook: "Read the gateway's log; mostly the database is away, full or read-only.",
  },
  {
    ...here,
    name: 'RudderWebhookErrors',
    expr: 'sum by (sourceType) (rate(webhook_num_errors[10m])) / on (sourceType) (sum by (sourceType) (rate(webhook_num_events[10m])) > 0)',
    threshold: { op: '>', value: 0.05, unit: 'ratio', by: 'sourceType' },
    forText: '10m',
    severity: 'warning',
    summary: '{{ $value | humanizePercentage }} of the webhooks of {{ $labels.sourceType }} fail',
    description: 'Requests of webhook sources that could not be turned into events.',
    runbook:
      'The label `reason` of webhook_num_errors tells; the sender may have changed its form.',
  },
]
