import type { Clock } from '@weir/model'
import type { DiscoveryConfig } from './config.ts'
import type { Discoverer } from './discoverer.ts'
import type { KubernetesSdConfig } from './kubernetes/config.ts'
import { redactText } from '../config/redact-text.ts'

type Moving = Exclude<DiscoveryConfig, { readonly kind: 'static' }>

/** The discoverer of a place. */
export function discovererOf(place: Moving, clock: Clock): Discoverer {
  switch (place.kind) {
    case 'file':
      return loaded(async () => {
        const { FileDiscoverer } = await import('./file/file.ts')
        return new FileDiscoverer(place.config, clock)
      })
    case 'dns':
      return loaded(async () => {
        const { DnsDiscoverer } = await import('./dns/dns.ts')
        return new DnsDiscoverer(place.config, clock)
      })
    case 'consul':
      return loaded(async () => {
        const { ConsulDiscoverer } = await import('./consul/consul.ts')
        return new ConsulDiscoverer(place.config, clock)
      })
    case 'http':
      return loaded(async () => {
        const { HttpDiscoverer } = await import('./http/http.ts')
        return new HttpDiscoverer(place.config, clock)
      })
    case 'kubernetes':
      return loaded(async () => {
        const { KubernetesDiscoverer } = await import('./kubernetes/kubernetes.ts')
        return new KubernetesDiscoverer(place.config, clock)
      })
    default:
      return place satisfies never
  }
}

/** Code of a kind is loaded when a place of it is looked at first: most Weirs have one kind, or none. */
function loaded(open: () => Promise<Discoverer>): Discoverer {
  return { run: async (report, signal) => (await open()).run(report, signal) }
}

/** What a place is called on the targets page and in metrics. */
export function titleOf(place: DiscoveryConfig): string {
  switch (place.kind) {
    case 'static':
      return 'static_configs'
    case 'file':
      return place.config.files.join(', ')
    case 'dns':
      return `${place.config.type} ${place.config.names.join(', ')}`
    case 'consul':
      return `${place.config.services.join(', ') || 'all services'} of ${redactText(place.config.server)}`
    case 'http':
      return redactText(place.config.url)
    case 'kubernetes':
      return kubernetesTitle(place.config)
    default:
      return place satisfies never
  }
}

function kubernetesTitle({
  role,
  api_server: server,
  kubeconfig_file: file,
  namespaces,
}: KubernetesSdConfig): string {
  const { names, own_namespace: wantsOwn } = namespaces
  const among = [...names, ...(wantsOwn ? ['its own namespace'] : [])].join(', ')
  const where = server === undefined ? file : redactText(server)
  return `${role}${among === '' ? '' : ` in ${among}`}${where === '' ? '' : ` of ${where}`}`
}
