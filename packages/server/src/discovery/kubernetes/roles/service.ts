import { hostPort } from '../../host-port.ts'
import type { FoundLabels, TargetGroup } from '../../target-group.ts'
import { serviceLabels } from '../meta-labels.ts'
import type { ServiceObject } from '../objects.ts'

/** Each port of a service is a target, by the service's name in the cluster's DNS. */
export function serviceGroup(service: ServiceObject): TargetGroup {
  const { metadata, spec } = service
  const targets = spec.ports.map((port): FoundLabels => ({
    __address__: hostPort(`${metadata.name}.${metadata.namespace}.svc`, port.port),
    __meta_kubernetes_service_port_name: port.name,
    __meta_kubernetes_service_port_number: String(port.port),
    __meta_kubernetes_service_port_protocol: port.protocol,
    __meta_kubernetes_service_type: spec.type,
    ...(spec.type === 'ExternalName'
      ? { __meta_kubernetes_service_external_name: spec.externalName }
      : { __meta_kubernetes_service_cluster_ip: spec.clusterIP }),
    ...(spec.type === 'LoadBalancer'
      ? { __meta_kubernetes_service_loadbalancer_ip: spec.loadBalancerIP }
      : {}),
  }))
  return {
    source: `svc/${metadata.namespace}/${metadata.name}`,
    targets,
    labels: serviceLabels(service),
  }
}
