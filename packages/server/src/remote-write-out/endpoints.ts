import { createHash } from 'node:crypto'
import type { EndpointConfig } from './config.ts'

/** An endpoint under the name by which the store knows its place in the queue. */
export interface Endpoint {
  /** The key of its place. */
  readonly id: string
  /** What people call it, in metrics and logs. */
  readonly name: string
  readonly config: EndpointConfig
}

/**
 * Names for endpoints. One that has a name keeps its place whatever else of it changes; one that has
 * none is known by its address, and by its turn among those of the same address.
 */
export function endpointsOf(configs: readonly EndpointConfig[]): Endpoint[] {
  const turns = new Map<string, number>()
  return configs.map((config) => {
    if (config.name !== undefined) return { id: `name:${config.name}`, name: config.name, config }
    const turn = turns.get(config.url) ?? 0
    turns.set(config.url, turn + 1)
    const text = turn === 0 ? config.url : `${config.url}\n${turn}`
    const hash = createHash('sha256').update(text).digest('hex')
    return { id: `url:${hash}`, name: hash.slice(0, 6), config }
  })
}
