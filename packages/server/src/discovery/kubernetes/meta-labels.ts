import { sanitized } from '../label-name.ts'
import type { FoundLabels } from '../target-group.ts'
import type { Metadata, NodeObject, PodObject, ServiceObject } from './objects.ts'

/** Labels that several roles give, named and valued as Prometheus has them. */

const META = '__meta_kubernetes_'

/** Name, labels and annotations of an object under its role. */
export function objectLabels(role: string, { name, labels, annotations }: Metadata): FoundLabels {
  const found: Record<string, string> = { [`${META}${role}_name`]: name }
  for (const [kind, texts] of [['label', labels] as const, ['annotation', annotations] as const]) {
    for (const [key, value] of Object.entries(texts)) {
      found[`${META}${role}_${kind}_${sanitized(key)}`] = value
      found[`${META}${role}_${kind}present_${sanitized(key)}`] = 'true'
    }
  }
  return found
}

export function podLabels({ metadata, spec, status }: PodObject): FoundLabels {
  const ready = status.conditions.find(({ type }) => type === 'Ready')
  const owner = metadata.ownerReferences.find(({ controller }) => controller === true)
  return {
    __meta_kubernetes_pod_ip: status.podIP,
    __meta_kubernetes_pod_ready: (ready?.status ?? 'Unknown').toLowerCase(),
    __meta_kubernetes_pod_phase: status.phase,
    __meta_kubernetes_pod_node_name: spec.nodeName,
    __meta_kubernetes_pod_host_ip: status.hostIP,
    __meta_kubernetes_pod_uid: metadata.uid,
    ...objectLabels('pod', metadata),
    ...(owner === undefined
      ? {}
      : {
          __meta_kubernetes_pod_controller_kind: owner.kind,
          __meta_kubernetes_pod_controller_name: owner.name,
        }),
  }
}

export function serviceLabels({ metadata }: ServiceObject): FoundLabels {
  return { __meta_kubernetes_namespace: metadata.namespace, ...objectLabels('service', metadata) }
}

/** What a target gets of its node with `attach_metadata`; nothing when the node is not known. */
export function attachedNodeLabels(node: NodeObject | undefined): FoundLabels {
  return node === undefined ? {} : objectLabels('node', node.metadata)
}
