import type { Clock } from '@weir/model'
import type { DiscoveryConfig } from './config.ts'
import { ConsulDiscoverer } from './consul/consul.ts'
import { DnsDiscoverer } from './dns/dns.ts'
import type { Discoverer } from './discoverer.ts'
import { FileDiscoverer } from './file/file.ts'
import { HttpDiscoverer } from './http/http.ts'
import type { KubernetesSdConfig } from './kubernetes/config.ts'
import { KubernetesDiscoverer } from './kubernetes/kubernetes.ts'
import { redactText } from '../config/redact-text.ts'

type Moving = Exclude<DiscoveryConfig, { readonly kind: 'static' }>

/** The discoverer of a place. */
export function discovererOf(place: Moving, clock: Clock): Discoverer {
  switch (place.kind) {
    case 'file':
      return new FileDiscoverer(place.config, clock)
    case 'dns':
      return new DnsDiscoverer(place.config, clock)
    case 'consul':
      return new ConsulDiscoverer(place.config, clock)
    case 'http':
      return new HttpDiscoverer(place.config, clock)
    case 'kubernetes':
      return new KubernetesDiscoverer(place.config, clock)
    default:
      return place satisfies never
  }
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
