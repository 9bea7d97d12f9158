import type { EngineConfig, EngineKeys } from './config.ts'

/**
 * What `storage` says of an engine; undefined while the embedded store keeps the metrics. Apart from the keys, since
 * threads ask it that have no use for what reads them.
 */
export function engineOf({ metrics }: { readonly metrics: EngineKeys }): EngineConfig | undefined {
  const { engine, write_url, read_url } = metrics
  if (engine === 'embedded' || write_url === undefined || read_url === undefined) return undefined
  return { ...metrics, write_url, read_url }
}
