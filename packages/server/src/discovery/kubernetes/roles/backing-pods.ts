import { hostPort } from '../../host-port.ts'
import type { FoundLabels } from '../../target-group.ts'
import type { Cluster } from '../cluster.ts'
import { podLabels } from '../meta-labels.ts'
import type { PodObject, Reference } from '../objects.ts'
import { containersOf } from './pod.ts'

/**
 * The pods behind the endpoints of a service. A target that is a pod gets the pod's labels and those of the container
 * whose port it is; ports of such pods that the service does not name become targets too, since metrics often have a
 * port of their own.
 */
export class BackingPods {
  readonly #pods: Cluster['pods']
  /** By key: the pod and its ports that are targets already. */
  readonly #seen = new Map<string, { readonly pod: PodObject; readonly ports: Set<number> }>()

  constructor(pods: Cluster['pods']) {
    this.#pods = pods
  }

  /** What a target at a port gets of the pod it refers to; nothing when it is none. */
  labelsOf(
    reference: Reference | undefined,
    port: number | undefined,
    portProtocol: string | undefined,
  ): FoundLabels {
    if (reference?.kind !== 'Pod') return {}
    const key = `${reference.namespace}/${reference.name}`
    const pod = this.#pods.get(key)
    if (pod === undefined) return {}
    const seen = this.#seen.get(key) ?? { pod, ports: new Set() }
    this.#seen.set(key, seen)
    if (port === undefined) return podLabels(pod)
    seen.ports.add(port)
    const container = portsOf(pod).findLast(({ number, isFirst }) => isFirst && number === port)
    if (container === undefined) return podLabels(pod)
    const { labels, protocol } = container
    return { ...podLabels(pod), ...labels, [PROTOCOL]: portProtocol ?? protocol }
  }

  /** Targets for the ports of pods seen that were not asked for. */
  furtherTargets(): FoundLabels[] {
    return [...this.#seen.values()].flatMap(({ pod, ports }) => {
      if (pod.status.podIP === '') return []
      return portsOf(pod)
        .filter(({ number }) => !ports.has(number))
        .map(({ labels, number, protocol }) => ({
          __address__: hostPort(pod.status.podIP, number),
          ...labels,
          [PROTOCOL]: protocol,
          ...podLabels(pod),
        }))
    })
  }
}

const PROTOCOL = '__meta_kubernetes_pod_container_port_protocol'

interface PodPort {
  readonly number: number
  /** Of the ports of its container that have the number: TCP and UDP may share one. */
  readonly isFirst: boolean
  readonly protocol: string
  readonly labels: FoundLabels
}

function portsOf(pod: PodObject): PodPort[] {
  return containersOf(pod).flatMap(({ container, isInit }) =>
    container.ports.map(({ name, containerPort, protocol }, i, ports) => ({
      number: containerPort,
      isFirst: ports.findIndex((other) => other.containerPort === containerPort) === i,
      protocol,
      labels: {
        __meta_kubernetes_pod_container_name: container.name,
        __meta_kubernetes_pod_container_image: container.image,
        __meta_kubernetes_pod_container_port_name: name,
        __meta_kubernetes_pod_container_port_number: String(containerPort),
        __meta_kubernetes_pod_container_init: String(isInit),
      },
    })),
  )
}
