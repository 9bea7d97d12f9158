import type { Clock } from '@weir/model'
import type { z } from 'zod'
import type { Report } from '../discoverer.ts'
import type { TargetGroup } from '../target-group.ts'
import type { KubernetesApi, Resource } from './api.ts'
import type { Cluster } from './cluster.ts'
import type { KubernetesSdConfig, Role } from './config.ts'
import type { Health } from './health.ts'
import { Informer } from './informer.ts'
import { type Metadata, type NodeObject, podObject, serviceObject } from './objects.ts'

/** Objects beside those that become targets, of which targets get labels. */
export type Beside = 'pods' | 'services' | 'nodes'

/** How objects of one role become targets. */
export interface RoleKind<T extends { readonly metadata: Metadata }> {
  readonly role: Role
  readonly schema: z.ZodType<T>
  /** Of a group whose object is gone. */
  sourceOf(key: string): string
  /** Undefined when what is known already should stay. */
  groupOf(object: T, cluster: Cluster): TargetGroup | undefined
  /** What targets get labels of, beside the objects themselves. */
  readonly beside: readonly Beside[]
  /** Whether an object's targets have labels of one of these. */
  concerns(object: T, kind: Beside, keys: ReadonlySet<string>): boolean
}

export interface FollowerParts {
  readonly config: KubernetesSdConfig
  readonly api: KubernetesApi
  readonly clock: Clock
  /** '' for all. */
  readonly namespace: string
  /** Undefined when targets get nothing of their nodes. */
  readonly nodes: Informer<NodeObject> | undefined
  readonly report: Report
  readonly health: Health
}

/** Where lists of a role are. */
const PLACES: Readonly<Record<Role, readonly [group: string, plural: string]>> = {
  node: ['v1', 'nodes'],
  pod: ['v1', 'pods'],
  service: ['v1', 'services'],
  endpoints: ['v1', 'endpoints'],
  endpointslice: ['discovery.k8s.io/v1', 'endpointslices'],
  ingress: ['networking.k8s.io/v1', 'ingresses'],
}

export function resourceOf(
  { selectors }: KubernetesSdConfig,
  role: Role,
  namespace: string,
): Resource {
  const [group, plural] = PLACES[role]
  const selector = selectors.find((other) => other.role === role)
  return {
    group,
    plural,
    namespace: role === 'node' ? '' : namespace,
    labelSelector: selector?.label ?? '',
    fieldSelector: selector?.field ?? '',
  }
}

/** One namespace, or all, under the eyes of one role. */
export interface Follower {
  run(signal: AbortSignal): Promise<void>
  /** The nodes, which all namespaces share, are others than before. */
  nodesChanged(keys: readonly string[]): void
}

/** Makes targets of the objects of one role, and makes them anew when something changes that they are made of. */
export class RoleFollower<T extends { readonly metadata: Metadata }> implements Follower {
  readonly #kind: RoleKind<T>
  readonly #parts: FollowerParts
  readonly #own: Informer<T>
  readonly #pods: Informer<z.output<typeof podObject>> | undefined
  readonly #services: Informer<z.output<typeof serviceObject>> | undefined
  readonly #cluster: Cluster
  readonly #dirty = new Set<string>()

  constructor(parts: FollowerParts, kind: RoleKind<T>) {
    this.#parts = parts
    this.#kind = kind
    const { role, schema, beside } = kind
    this.#own = this.#informer(role, schema, (keys) => this.#changed(keys))
    this.#pods = beside.includes('pods')
      ? this.#informer('pod', podObject, (keys) => this.#besideChanged('pods', keys))
      : undefined
    this.#services = beside.includes('services')
      ? this.#informer('service', serviceObject, (keys) => this.#besideChanged('services', keys))
      : undefined
    this.#cluster = {
      pods: this.#pods?.objects ?? new Map(),
      services: this.#services?.objects ?? new Map(),
      nodes: parts.nodes?.objects,
    }
  }

  async run(signal: AbortSignal): Promise<void> {
    const informers = [this.#own, this.#pods, this.#services]
    await Promise.all(informers.map(async (informer) => informer?.run(signal)))
  }

  nodesChanged(keys: readonly string[]): void {
    this.#besideChanged('nodes', keys)
  }

  #informer<O extends { readonly metadata: Metadata }>(
    role: Role,
    schema: z.ZodType<O>,
    onChange: (keys: readonly string[]) => void,
  ): Informer<O> {
    const { api, clock, config, namespace, health } = this.#parts
    const onHealth = health.part()
    const resource = resourceOf(config, role, namespace)
    return new Informer({ api, resource, schema, clock, onChange, onHealth })
  }

  #changed(keys: readonly string[]): void {
    for (const key of keys) this.#dirty.add(key)
    this.#flush()
  }

  #besideChanged(kind: Beside, keys: readonly string[]): void {
    const changed = new Set(keys)
    for (const [key, object] of this.#own.objects) {
      if (this.#kind.concerns(object, kind, changed)) this.#dirty.add(key)
    }
    this.#flush()
  }

  /** Nothing is told before everything is here: targets would come twice, the first time with half of their labels. */
  #flush(): void {
    const all = [this.#own, this.#pods, this.#services, this.#parts.nodes]
    if (all.some((informer) => informer?.isSynced === false)) return
    const groups: TargetGroup[] = []
    for (const key of this.#dirty) {
      const object = this.#own.objects.get(key)
      const group =
        object === undefined
          ? { source: this.#kind.sourceOf(key), targets: [], labels: {} }
          : this.#kind.groupOf(object, this.#cluster)
      if (group !== undefined) groups.push(group)
    }
    this.#dirty.clear()
    this.#parts.report.update(groups)
  }
}
