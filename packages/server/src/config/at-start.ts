import { httpClientShape } from '@weir/fetch'
import type { WeirConfig } from './weir-config.ts'

/** From when on a changed key counts: the reload that reads it, or the next start. */
export type CountsFrom = 'reload' | 'start'

/** A section whose keys all count alike, or which do when. */
type Section =
  | CountsFrom
  | { readonly reload: readonly string[]; readonly start: readonly string[] }

/**
 * Every section of weir.yml, and sections within one that have their own word. No other code says
 * when a key counts: docs/configuration.md has its column from here, and a reload its warning.
 */
export const SECTIONS = {
  global: 'reload',
  scrape_configs: 'reload',
  scrape_config_files: 'reload',
  alerting: 'reload',
  runtime: 'reload',
  rules: {
    reload: ['no_data', 'no_data_for', 'watchdog'],
    start: ['max_kept', 'run', 'lease_time'],
  },
  rule_files: 'reload',
  statsd: {
    reload: ['mapping_config', 'mappings', 'defaults'],
    start: [
      'listen',
      'tcp_listen',
      'allow_from',
      'listeners',
      'relay',
      'flush_interval',
      'gauges',
      'timer_unit',
      'parse_dogstatsd_tags',
      'parse_influxdb_tags',
      'parse_librato_tags',
      'parse_signalfx_tags',
      'read_buffer',
      'max_line_bytes',
      'max_tcp_connections',
      'tcp_idle_timeout',
      'max_series_per_metric',
      'max_series',
      'max_set_members',
      'ttl',
      'keep_state',
      'max_state_bytes',
    ],
  },
  events: {
    reload: ['retention_time', 'max_events', 'max_bytes'],
    start: ['max_queued', 'as_logs'],
  },
  network: 'reload',
  audit: 'reload',
  loggers: 'start',
  dashboards: {
    reload: ['watch_every', 'max_count', 'max_versions'],
    start: ['directory', 'max_bytes'],
  },
  alertmanager: 'reload',
  notifications: 'start',
  storage: {
    reload: ['retention_rules'],
    start: ['logs', 'tsdb', 'exemplars'],
  },
  'storage.metrics': {
    reload: ['retention_time', 'retention_size'],
    start: [
      'out_of_order_window',
      'future_window',
      'disk_reserve',
      'head_window',
      'limits',
      ...Object.keys(httpClientShape),
      'engine',
      'write_url',
      'read_url',
      'protocol',
      'flavour',
      'headers',
      'params',
      'labels',
      'instance_label',
      'instance_name',
      'local_retention',
      'max_concurrent_queries',
      'queue',
    ],
  },
  remote_read_server: {
    reload: ['max_samples', 'max_answer_bytes', 'max_frame_bytes'],
    start: ['max_concurrent'],
  },
  pushgateway: 'start',
  remote_write: 'reload',
  remote_write_queue: 'reload',
  remote_write_receiver: 'start',
  otlp: 'reload',
  otlp_receiver: 'start',
  influx: 'start',
  iceberg: 'start',
  logs: {
    reload: ['rule_files', 'metrics', 'metric_presets'],
    start: [
      'retention_time',
      'retention_size',
      'recent_size',
      'recent_time',
      'part_memory',
      'max_ahead',
      'max_line_bytes',
      'max_metadata_bytes',
      'max_metadata_fields',
      'max_labels',
      'max_label_name_bytes',
      'max_label_value_bytes',
      'max_streams',
      'max_known_streams',
      'max_queued_bytes',
      'resource_labels',
      'max_body_bytes',
      'max_unpacked_bytes',
      'max_requests_in_flight',
      'max_bytes_in_flight',
      'max_sender_rate',
      'max_sender_burst',
      'query',
      'forward',
      'syslog',
    ],
  },
  query: {
    reload: [
      'max_queued',
      'timeout',
      'slow_log',
      'max_samples',
      'max_memory',
      'lookback_delta',
      'lookback_rules',
      'count_first_value',
    ],
    start: ['threads'],
  },
  web: {
    reload: ['allowed_hosts', 'trusted_proxies', 'drain_timeout', 'boards'],
    start: [
      'listen',
      'config_file',
      'external_url',
      'enable_admin_api',
      'backup_stall_timeout',
      'max_body_bytes',
      'max_url_bytes',
      'max_header_bytes',
      'max_connections',
      'header_timeout',
      'request_timeout',
      'keep_alive',
    ],
  },
  auth: 'reload',
  pipelines: 'reload',
  packs: 'reload',
  memory: 'start',
  log: 'reload',
} as const satisfies Record<Refusable<keyof WeirConfig>, Section> & Record<string, Section>

/** Sections that are known and refused count from no time on. */
type Refusable<Name extends string> = Exclude<Name, 'route' | 'remote_read' | 'tracing'>

/**
 * From when on a key counts; undefined for one that no section names, or two.
 *
 * @param path `storage.metrics.retention_time`
 */
export function countsFrom(path: string): CountsFrom | undefined {
  const names = path.split('.')
  for (let depth = names.length; depth > 0; depth--) {
    const section: Section | undefined = (SECTIONS as Record<string, Section>)[
      names.slice(0, depth).join('.')
    ]
    if (section === undefined) continue
    if (typeof section === 'string') return section
    const key = names[depth]!
    const [isReload, isStart] = [section.reload.includes(key), section.start.includes(key)]
    if (isReload === isStart) return undefined
    return isReload ? 'reload' : 'start'
  }
  return undefined
}

/** Keys that differ between two configurations and that a reload does not take: `web.listen`. */
export function waitForRestart(running: WeirConfig, read: WeirConfig): string[] {
  return waiting(running, read, '')
}

function waiting(running: object, read: object, path: string): string[] {
  const [before, after] = [new Map(Object.entries(running)), new Map(Object.entries(read))]
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const at = path === '' ? name : `${path}.${name}`
    const [was, is]: unknown[] = [before.get(name), after.get(name)]
    if (JSON.stringify(was) === JSON.stringify(is)) return []
    const section: Section | undefined = (SECTIONS as Record<string, Section>)[at]
    const isWhole = !isObject(was) || !isObject(is)
    // Within sections the keys are told, not the values in them.
    if (section !== undefined && !isWhole) return section === 'reload' ? [] : waiting(was, is, at)
    return countsFrom(at) === 'start' ? [at] : []
  })
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
