import { hostPort } from '../../host-port.ts'
import type { FoundLabels, TargetGroup } from '../../target-group.ts'
import type { Cluster } from '../cluster.ts'
import { attachedNodeLabels, objectLabels, serviceLabels } from '../meta-labels.ts'
import type { EndpointAddress, EndpointsObject } from '../objects.ts'
import { BackingPods } from './backing-pods.ts'

/** Each address of each port is a target, and further ports of the pods behind them. */
export function endpointsGroup(
  { metadata, subsets }: EndpointsObject,
  { pods, services, nodes }: Cluster,
): TargetGroup {
  const { namespace, name } = metadata
  const service = services.get(`${namespace}/${name}`)
  const backing = new BackingPods(pods)
  const targets: FoundLabels[] = []
  for (const { ports, addresses, notReadyAddresses } of subsets) {
    for (const port of ports) {
      const add = (address: EndpointAddress, isReady: boolean): void => {
        const { targetRef, nodeName, hostname, ip } = address
        const node = nodeName ?? (targetRef?.kind === 'Node' ? targetRef.name : undefined)
        targets.push({
          __address__: hostPort(ip, port.port),
          __meta_kubernetes_endpoint_port_name: port.name,
          __meta_kubernetes_endpoint_port_protocol: port.protocol,
          __meta_kubernetes_endpoint_ready: String(isReady),
          __meta_kubernetes_endpoint_address_target_kind: targetRef?.kind ?? '',
          __meta_kubernetes_endpoint_address_target_name: targetRef?.name ?? '',
          __meta_kubernetes_endpoint_node_name: nodeName ?? '',
          __meta_kubernetes_endpoint_hostname: hostname,
          ...(node === undefined ? {} : attachedNodeLabels(nodes?.get(node))),
          ...backing.labelsOf(targetRef, port.port, port.protocol),
        })
      }
      for (const address of addresses) add(address, true)
      for (const address of notReadyAddresses) add(address, false)
    }
  }
  return {
    source: `endpoints/${namespace}/${name}`,
    targets: [...targets, ...backing.furtherTargets()],
    labels: {
      __meta_kubernetes_namespace: namespace,
      ...(service === undefined ? {} : serviceLabels(service)),
      ...objectLabels('endpoints', metadata),
    },
  }
}
