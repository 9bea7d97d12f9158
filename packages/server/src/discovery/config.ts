import { isAbsolute } from 'node:path'
import { httpClientBeside, scalarText } from '@weir/fetch'
import { z } from 'zod'
import { type ConsulSdConfig, consulSdConfig } from './consul/config.ts'
import { type DnsSdConfig, dnsSdConfig } from './dns/config.ts'
import { type FileSdConfig, fileSdConfig } from './file/config.ts'
import { type HttpSdConfig, httpSdConfig } from './http/config.ts'
import { type KubernetesSdConfig, kubernetesSdConfig } from './kubernetes/config.ts'

/**
 * Where a job's targets come from: the sections of `scrape_configs` by which Prometheus discovers them. Those that
 * Weir does not have are refused by name, with the way round.
 */

const staticConfig = z.strictObject({
  targets: z
    .array(z.string().regex(/^[^@]*$/, 'want host:port; user and password go into basic_auth'))
    .default([])
    .describe('Addresses, host:port each.'),
  labels: z.record(z.string(), scalarText).default({}).describe('Labels that all of them get.'),
})

type StaticConfig = z.output<typeof staticConfig>

/** Discovery of Prometheus that needs an adapter here. */
const ELSEWHERE = [
  'azure',
  'digitalocean',
  'docker',
  'dockerswarm',
  'ec2',
  'eureka',
  'gce',
  'hetzner',
  'ionos',
  'kuma',
  'lightsail',
  'linode',
  'marathon',
  'nerve',
  'nomad',
  'openstack',
  'ovhcloud',
  'puppetdb',
  'scaleway',
  'serverset',
  'stackit',
  'triton',
  'uyuni',
  'vultr',
] as const

type Refused = `${(typeof ELSEWHERE)[number]}_sd_configs`

const refused = Object.fromEntries(
  ELSEWHERE.map((kind) => [
    `${kind}_sd_configs`,
    z
      .undefined({
        error: `${kind}_sd_configs is not supported; let an adapter list the targets, and name it in http_sd_configs or its file in file_sd_configs`,
      })
      .optional(),
  ]),
) as Record<Refused, z.ZodOptional<z.ZodUndefined>>

/** The keys of a scrape config that tell where its targets are. */
export const discoveryKeys = {
  static_configs: z.array(staticConfig).default([]).describe('Targets by address.'),
  file_sd_configs: z.array(fileSdConfig).default([]).describe('Targets that files list.'),
  http_sd_configs: z.array(httpSdConfig).default([]).describe('Targets that HTTP servers list.'),
  kubernetes_sd_configs: z
    .array(kubernetesSdConfig)
    .default([])
    .describe('Targets in a Kubernetes cluster.'),
  consul_sd_configs: z.array(consulSdConfig).default([]).describe('Services of Consul.'),
  dns_sd_configs: z.array(dnsSdConfig).default([]).describe('Targets that DNS records name.'),
  ...refused,
}

export type DiscoverySections = {
  readonly static_configs: readonly StaticConfig[]
  readonly file_sd_configs: readonly FileSdConfig[]
  readonly dns_sd_configs: readonly DnsSdConfig[]
  readonly consul_sd_configs: readonly ConsulSdConfig[]
  readonly http_sd_configs: readonly HttpSdConfig[]
  readonly kubernetes_sd_configs: readonly KubernetesSdConfig[]
}

/** One place where targets are found. */
export type DiscoveryConfig =
  | { readonly kind: 'static'; readonly config: readonly StaticConfig[] }
  | { readonly kind: 'file'; readonly config: FileSdConfig }
  | { readonly kind: 'dns'; readonly config: DnsSdConfig }
  | { readonly kind: 'consul'; readonly config: ConsulSdConfig }
  | { readonly kind: 'http'; readonly config: HttpSdConfig }
  | { readonly kind: 'kubernetes'; readonly config: KubernetesSdConfig }

/** The same sections with their file names made whole: they are relative to the configuration file. */
export function discoveryBeside<J extends DiscoverySections>(
  job: J,
  beside: (path: string) => string,
): J {
  const whole = (path: string): string => (isAbsolute(path) ? path : beside(path))
  return {
    ...job,
    file_sd_configs: job.file_sd_configs.map((config) => ({
      ...config,
      files: config.files.map(whole),
    })),
    http_sd_configs: job.http_sd_configs.map((config) => httpClientBeside(config, whole)),
    consul_sd_configs: job.consul_sd_configs.map((config) => httpClientBeside(config, whole)),
    kubernetes_sd_configs: job.kubernetes_sd_configs.map((config) => ({
      ...httpClientBeside(config, whole),
      kubeconfig_file: config.kubeconfig_file === '' ? '' : whole(config.kubeconfig_file),
    })),
  }
}
