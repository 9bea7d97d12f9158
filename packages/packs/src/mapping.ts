import type { MappingConfig, Pack } from './pack.ts'

/** The pack's StatsD mapping in statsd_exporter's structure; undefined when the system sends none. */
export function packMapping(pack: Pack): MappingConfig | undefined {
  return pack.mapping
}
