import type { OutgoingOptions, RetentionOptions, StoreOptions } from '@weir/tsdb'
import { engineEndpoint } from '../engine/config.ts'
import { engineOf } from '../engine/engine-of.ts'
import type { EndpointConfig } from '../remote-write-out/config.ts'
import { endpointsOf } from '../remote-write-out/endpoints.ts'
import type { WeirConfig } from './weir-config.ts'

/** What the configuration says about the store, in the store's words. */
export function storageOptions(config: WeirConfig): Omit<StoreOptions, 'path' | 'clock'> {
  const { storage } = config
  const { metrics, tsdb, exemplars } = storage
  return {
    ...retentionOf({ storage }),
    // Prometheus takes what is in order within its series whatever its window is; a small one would lose that here.
    outOfOrderWindowMs: Math.max(tsdb.out_of_order_time_window, metrics.out_of_order_window),
    futureMs: metrics.future_window,
    seriesMax: metrics.limits.series,
    metricSeriesMax: metrics.limits.series_per_metric,
    samplesPerCommitMax: metrics.limits.samples_per_commit,
    exemplarsMax: exemplars.max_exemplars,
    labelsPerSeriesMax: metrics.limits.labels_per_series,
    labelNameBytesMax: metrics.limits.label_name_bytes,
    labelValueBytesMax: metrics.limits.label_value_bytes,
    diskReserveBytes: metrics.disk_reserve,
    headWindowMs: metrics.head_window,
    outgoing: outgoingOf(config),
  }
}

/** What the store must know of those that send samples on. */
export function outgoingOf(
  config: Pick<WeirConfig, 'remote_write' | 'remote_write_queue' | 'storage'>,
): OutgoingOptions {
  const engine = engineOf(config.storage)
  const { max_bytes: bytesMax, max_age: ageMaxMs } = engine?.queue ?? config.remote_write_queue
  const queues = endpointsOf(outgoingEndpoints(config)).map(({ id }) => id)
  return { queues, bytesMax, ageMaxMs, takesHistory: engine !== undefined }
}

/** Everybody that samples are sent to: the engine that keeps them, if there is one, and the endpoints of remote_write. */
export function outgoingEndpoints({
  remote_write,
  storage,
}: Pick<WeirConfig, 'remote_write' | 'storage'>): EndpointConfig[] {
  const engine = engineOf(storage)
  return engine === undefined ? [...remote_write] : [engineEndpoint(engine), ...remote_write]
}

/**
 * How long samples are kept.
 *
 * @param started who keeps the metrics, as Weir started: the next start changes that
 */
export function retentionOf(
  { storage }: Pick<WeirConfig, 'storage'>,
  started = storage,
): RetentionOptions {
  const { metrics, retention_rules: rules } = storage
  return {
    retentionMs: engineOf(started)?.local_retention ?? metrics.retention_time,
    retentionBytes: metrics.retention_size,
    retentionRules: rules.map(({ match, levels }) => ({
      selectors: match,
      levels: levels.map(({ keep, step }) => ({ keepMs: keep, stepMs: step })),
    })),
  }
}
