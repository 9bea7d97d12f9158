import { hostPort } from '../../host-port.ts'
import { sanitized } from '../../label-name.ts'
import type { FoundLabels, TargetGroup } from '../../target-group.ts'
import { objectLabels } from '../meta-labels.ts'
import type { NodeObject } from '../objects.ts'

/** Which address of a node is used, the best first. */
const ADDRESSES = [
  'InternalIP',
  'InternalDNS',
  'ExternalIP',
  'ExternalDNS',
  'LegacyHostIP',
  'Hostname',
] as const

/** A node is its kubelet. Undefined for a node that has no address yet: what was known of it stays. */
export function nodeGroup({ metadata, spec, status }: NodeObject): TargetGroup | undefined {
  const first = new Map(
    status.addresses.toReversed().map(({ type, address }) => [type, address] as const),
  )
  const address = ADDRESSES.map((type) => first.get(type)).find((found) => found !== undefined)
  if (address === undefined) return undefined
  const own: Record<string, string> = {
    __address__: hostPort(address, status.daemonEndpoints.kubeletEndpoint.Port),
    instance: metadata.name,
  }
  for (const [type, found] of first) {
    own[sanitized(`__meta_kubernetes_node_address_${type}`)] = found
  }
  const labels: FoundLabels = {
    __meta_kubernetes_node_provider_id: spec.providerID,
    ...objectLabels('node', metadata),
  }
  return { source: `node/${metadata.name}`, targets: [own], labels }
}
