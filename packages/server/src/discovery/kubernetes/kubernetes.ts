import type { Clock } from '@weir/model'
import type { Discoverer, Report } from '../discoverer.ts'
import { type Access, SURROUNDINGS, type Surroundings, accessOf } from './access.ts'
import { KubernetesApi } from './api.ts'
import type { KubernetesSdConfig, Role } from './config.ts'
import { resourceOf } from './follower.ts'
import { Health } from './health.ts'
import { Informer } from './informer.ts'
import { nodeObject } from './objects.ts'
import { followerOf } from './roles/followers.ts'

const RETRY_MS = 30_000

/** Roles whose targets run on nodes. */
const ON_NODES: ReadonlySet<Role> = new Set(['pod', 'endpoints', 'endpointslice'])

/**
 * Targets of a cluster. Nothing is asked for twice: each kind of object is listed once and watched from then on, and
 * a change makes anew just the groups that it concerns.
 */
export class KubernetesDiscoverer implements Discoverer {
  readonly #config: KubernetesSdConfig
  readonly #clock: Clock
  readonly #surroundings: Surroundings

  constructor(config: KubernetesSdConfig, clock: Clock, surroundings = SURROUNDINGS) {
    this.#config = config
    this.#clock = clock
    this.#surroundings = surroundings
  }

  async run(report: Report, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const access = await accessOf(this.#config, this.#surroundings)
        await using api = await KubernetesApi.open(access, this.#clock)
        await this.#follow(api, access, report, signal)
      } catch (error) {
        if (signal.aborted) return
        report.failed(error)
        await this.#clock.sleep(RETRY_MS, signal).catch(() => undefined)
      }
    }
  }

  async #follow(
    api: KubernetesApi,
    { ownNamespace }: Access,
    report: Report,
    signal: AbortSignal,
  ): Promise<void> {
    const config = this.#config
    const clock = this.#clock
    const health = new Health(report)
    const wantsNodes = config.attach_metadata.node && ON_NODES.has(config.role)
    const nodes = wantsNodes
      ? new Informer({
          api,
          clock,
          resource: resourceOf(config, 'node', ''),
          schema: nodeObject,
          onChange: (keys) => followers.forEach((follower) => follower.nodesChanged(keys)),
          onHealth: health.part(),
        })
      : undefined
    const shared = { config, api, clock, nodes, report, health }
    const followers = namespacesOf(config, ownNamespace).map((namespace) =>
      followerOf(config.role, { ...shared, namespace }),
    )
    await Promise.all([nodes?.run(signal), ...followers.map((follower) => follower.run(signal))])
  }
}

/** '' stands for all; nodes lie in none. */
function namespacesOf(
  { role, namespaces: { names, own_namespace: wantsOwn } }: KubernetesSdConfig,
  own: string,
): readonly string[] {
  if (role === 'node' || (names.length === 0 && !wantsOwn)) return ['']
  return [...new Set(own === '' ? names : [...names, own])]
}
