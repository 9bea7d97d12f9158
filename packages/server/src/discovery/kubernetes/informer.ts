import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '@weir/model'
import type { z } from 'zod'
import { type KubernetesApi, type Resource, VersionGone } from './api.ts'
import type { Metadata } from './objects.ts'

const BACKOFF_MIN_MS = 800
const BACKOFF_MAX_MS = 30_000

interface Named {
  readonly metadata: Metadata
}

export interface InformerParts<T extends Named> {
  readonly api: KubernetesApi
  readonly resource: Resource
  readonly schema: z.ZodType<T>
  readonly clock: Clock
  /** Told after each list and each handful of events which objects are other than before, or gone. */
  readonly onChange: (keys: readonly string[]) => void
  /** Told when it is well, and when it is not. */
  readonly onHealth: (fault: string) => void
}

/**
 * A copy of the objects of one kind that follows the cluster: listed once, then watched from that version on. When
 * a watch ends it goes on from the newest version seen; when the server no longer has that version, the list is
 * asked for anew, and what is missing from it is gone.
 */
export class Informer<T extends Named> {
  readonly #parts: InformerParts<T>
  /** By `namespace/name`; of what lies in no namespace, by name. */
  readonly objects = new Map<string, T>()
  /** Whether the first list is here. */
  isSynced = false
  #version = ''
  #mustList = true
  /** A version was refused as too old: the server's own copy may be just as old. */
  #wasGone = false
  #backoffMs = BACKOFF_MIN_MS

  constructor(parts: InformerParts<T>) {
    this.#parts = parts
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, onHealth, resource } = this.#parts
    while (!signal.aborted) {
      try {
        if (this.#mustList) await this.#list(signal)
        onHealth('')
        await this.#watch(signal)
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof VersionGone) {
          this.#mustList = true
          this.#wasGone = true
        } else {
          onHealth(`${resource.plural}: ${(error as Error).message}`)
        }
      }
      // A server that ends each watch at once is not asked without a pause either.
      const pauseMs = this.#backoffMs
      this.#backoffMs = Math.min(pauseMs * 2, BACKOFF_MAX_MS)
      await clock.sleep(pauseMs, signal).catch(() => undefined)
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { api, resource } = this.#parts
    const { objects, version } = await api.list(resource, this.#wasGone, signal)
    const missing = new Set(this.objects.keys())
    const changed = new Set<string>()
    for (const object of objects) {
      const { key, isOther } = this.#put(object)
      missing.delete(key)
      if (isOther) changed.add(key)
    }
    for (const key of missing) {
      this.objects.delete(key)
      changed.add(key)
    }
    this.#version = version
    this.#mustList = false
    this.#wasGone = false
    this.isSynced = true
    this.#parts.onChange([...changed])
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { api, resource, onChange } = this.#parts
    for await (const events of api.watch(resource, this.#version, signal)) {
      const changed = new Set<string>()
      for (const event of events) {
        if (event.version !== '') this.#version = event.version
        if (event.kind === 'bookmark') continue
        const { key, isOther } =
          event.kind === 'put' ? this.#put(event.object) : this.#delete(event.object)
        if (isOther) changed.add(key)
      }
      this.#backoffMs = BACKOFF_MIN_MS
      if (changed.size > 0) onChange([...changed])
    }
  }

  /** Keeps what of it counts. Much of what happens to an object is nothing to us. */
  #put(given: unknown): { readonly key: string; readonly isOther: boolean } {
    const object = this.#parts.schema.parse(given)
    const key = keyOf(object.metadata)
    const isOther = !isDeepStrictEqual(this.objects.get(key), object)
    if (isOther) this.objects.set(key, object)
    return { key, isOther }
  }

  #delete(given: unknown): { readonly key: string; readonly isOther: boolean } {
    const key = keyOf(this.#parts.schema.parse(given).metadata)
    return { key, isOther: this.objects.delete(key) }
  }
}

function keyOf({ namespace, name }: Metadata): string {
  return namespace === '' ? name : `${namespace}/${name}`
}
