import type { DiscoveryConfig, DiscoverySections } from './config.ts'

/** Every place where a job finds its targets. */
export function discoveryOf(job: DiscoverySections): DiscoveryConfig[] {
  const found: DiscoveryConfig[] = [
    ...job.file_sd_configs.map((config) => ({ kind: 'file', config }) as const),
    ...job.http_sd_configs.map((config) => ({ kind: 'http', config }) as const),
    ...job.kubernetes_sd_configs.map((config) => ({ kind: 'kubernetes', config }) as const),
    ...job.consul_sd_configs.map((config) => ({ kind: 'consul', config }) as const),
    ...job.dns_sd_configs.map((config) => ({ kind: 'dns', config }) as const),
  ]
  if (job.static_configs.length > 0) found.push({ kind: 'static', config: job.static_configs })
  return found
}
