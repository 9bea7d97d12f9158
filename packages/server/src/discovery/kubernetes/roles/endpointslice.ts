import { hostPort } from '../../host-port.ts'
import { sanitized } from '../../label-name.ts'
import type { FoundLabels, TargetGroup } from '../../target-group.ts'
import type { Cluster } from '../cluster.ts'
import { attachedNodeLabels, objectLabels, serviceLabels } from '../meta-labels.ts'
import type { SliceEndpoint, SliceObject, SlicePort } from '../objects.ts'
import { BackingPods } from './backing-pods.ts'

const META = '__meta_kubernetes_endpointslice_'

/** The label by which a slice names its service. */
export const SERVICE_NAME = 'kubernetes.io/service-name'

/** Each address of each port of a slice is a target, and further ports of the pods behind them. */
export function sliceGroup(slice: SliceObject, { pods, services, nodes }: Cluster): TargetGroup {
  const { metadata, addressType, endpoints, ports } = slice
  const { namespace, name, labels } = metadata
  const service = services.get(`${namespace}/${labels[SERVICE_NAME] ?? ''}`)
  const backing = new BackingPods(pods)
  const targets = endpoints.flatMap((endpoint) =>
    ports.flatMap((port) =>
      endpoint.addresses.map((address): FoundLabels => ({
        __address__: port.port === undefined ? address : hostPort(address, port.port),
        ...portLabels(port),
        ...endpointLabels(endpoint),
        ...attachedNodeLabels(nodes?.get(nodeOf(endpoint))),
        ...backing.labelsOf(endpoint.targetRef, port.port, undefined),
      })),
    ),
  )
  return {
    source: `endpointslice/${namespace}/${name}`,
    targets: [...targets, ...backing.furtherTargets()],
    labels: {
      __meta_kubernetes_namespace: namespace,
      [`${META}address_type`]: addressType,
      ...objectLabels('endpointslice', metadata),
      ...(service === undefined ? {} : serviceLabels(service)),
    },
  }
}

function nodeOf({ targetRef, nodeName }: SliceEndpoint): string {
  return targetRef?.kind === 'Node' ? targetRef.name : (nodeName ?? '')
}

function portLabels({ name, port, protocol, appProtocol }: SlicePort): FoundLabels {
  return {
    [`${META}port_name`]: name ?? '',
    [`${META}port_protocol`]: protocol ?? '',
    [`${META}port`]: port === undefined ? '' : String(port),
    [`${META}port_app_protocol`]: appProtocol ?? '',
  }
}

function endpointLabels(endpoint: SliceEndpoint): FoundLabels {
  const { conditions, hostname, targetRef, nodeName, zone, deprecatedTopology } = endpoint
  const told = (value: boolean | undefined): string => (value === undefined ? '' : String(value))
  const labels: Record<string, string> = {
    [`${META}endpoint_conditions_ready`]: told(conditions.ready),
    [`${META}endpoint_conditions_serving`]: told(conditions.serving),
    [`${META}endpoint_conditions_terminating`]: told(conditions.terminating),
    [`${META}endpoint_hostname`]: hostname ?? '',
    [`${META}address_target_kind`]: targetRef?.kind ?? '',
    [`${META}address_target_name`]: targetRef?.name ?? '',
    [`${META}endpoint_node_name`]: nodeName ?? '',
    [`${META}endpoint_zone`]: zone ?? '',
  }
  for (const [key, value] of Object.entries(deprecatedTopology)) {
    labels[`${META}endpoint_topology_${sanitized(key)}`] = value
    labels[`${META}endpoint_topology_present_${sanitized(key)}`] = 'true'
  }
  return labels
}
