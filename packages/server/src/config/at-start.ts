import type { WeirConfig } from './weir-config.ts'

/** Sections that count only when Weir starts, and the keys in them that a reload takes all the same. */
const AT_START = {
  statsd: ['mapping_config', 'mappings', 'defaults'],
  events: [],
  audit: [],
  network: [],
  loggers: [],
  dashboards: [],
  notifications: [],
  storage: ['retention_rules'],
  otlp_receiver: [],
  remote_read_server: [],
  remote_write_receiver: [],
  pushgateway: [],
  influx: [],
  iceberg: [],
  logs: ['rule_files', 'metrics', 'metric_presets'],
  query: ['lookback_rules', 'count_first_value'],
  web: [],
  memory: [],
  log: [],
} as const satisfies Partial<Record<keyof WeirConfig, readonly string[]>>

/** Keys that differ between two configurations and that a reload does not take: `web.listen`. */
export function waitForRestart(running: WeirConfig, read: WeirConfig): string[] {
  return Object.entries(AT_START).flatMap(([section, reloaded]) => {
    const name = section as keyof typeof AT_START
    const [before, after] = [entries(running[name]), entries(read[name])]
    return [...new Set([...before.keys(), ...after.keys()])]
      .filter((key) => !(reloaded as readonly string[]).includes(key))
      .filter((key) => JSON.stringify(before.get(key)) !== JSON.stringify(after.get(key)))
      .map((key) => `${section}.${key}`)
  })
}

function entries(section: object): Map<string, unknown> {
  return new Map(Object.entries(section))
}
