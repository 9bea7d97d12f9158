import { hostPort } from '../../host-port.ts'
import type { FoundLabels, TargetGroup } from '../../target-group.ts'
import type { Cluster } from '../cluster.ts'
import { attachedNodeLabels, podLabels } from '../meta-labels.ts'
import type { Container, PodObject } from '../objects.ts'

/** Each port of each container is a target; a container without ports is one that still needs a port. */
export function podGroup(pod: PodObject, { nodes }: Cluster): TargetGroup {
  const { metadata, spec, status } = pod
  const source = `pod/${metadata.namespace}/${metadata.name}`
  // A pod that starts or was evicted has no address.
  if (status.podIP === '') return { source, targets: [], labels: {} }
  const labels = {
    ...podLabels(pod),
    __meta_kubernetes_namespace: metadata.namespace,
    ...attachedNodeLabels(nodes?.get(spec.nodeName)),
  }
  const targets = containersOf(pod).flatMap(({ container, isInit }) => {
    const statuses = isInit ? status.initContainerStatuses : status.containerStatuses
    const own = {
      __meta_kubernetes_pod_container_name: container.name,
      __meta_kubernetes_pod_container_id:
        statuses.find(({ name }) => name === container.name)?.containerID ?? '',
      __meta_kubernetes_pod_container_image: container.image,
      __meta_kubernetes_pod_container_init: String(isInit),
    }
    if (container.ports.length === 0) return [{ __address__: status.podIP, ...own }]
    return container.ports.map((port): FoundLabels => ({
      __address__: hostPort(status.podIP, port.containerPort),
      ...own,
      __meta_kubernetes_pod_container_port_number: String(port.containerPort),
      __meta_kubernetes_pod_container_port_name: port.name,
      __meta_kubernetes_pod_container_port_protocol: port.protocol,
    }))
  })
  return { source, targets, labels }
}

/** The containers of a pod, those that prepare it last. */
export function containersOf({
  spec,
}: PodObject): { readonly container: Container; readonly isInit: boolean }[] {
  return [
    ...spec.containers.map((container) => ({ container, isInit: false })),
    ...spec.initContainers.map((container) => ({ container, isInit: true })),
  ]
}
