import type { OutgoingOptions, RetentionRule, StoreOptions } from '@weir/tsdb'
import { endpointsOf } from '../remote-write-out/endpoints.ts'
import type { WeirConfig } from './weir-config.ts'

/** What the configuration says about the store, in the store's words. */
export function storageOptions(config: WeirConfig): Omit<StoreOptions, 'path' | 'clock'> {
  const { storage } = config
  const { metrics, tsdb, exemplars } = storage
  return {
    retentionMs: metrics.retention_time,
    retentionBytes: metrics.retention_size,
    retentionRules: retentionRulesOf({ storage }),
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
  config: Pick<WeirConfig, 'remote_write' | 'remote_write_queue'>,
): OutgoingOptions {
  const { max_bytes: bytesMax, max_age: ageMaxMs } = config.remote_write_queue
  return { queues: endpointsOf(config.remote_write).map(({ id }) => id), bytesMax, ageMaxMs }
}

export function retentionRulesOf({ storage }: Pick<WeirConfig, 'storage'>): RetentionRule[] {
  return storage.retention_rules.map(({ match, levels }) => ({
    selectors: match,
    levels: levels.map(({ keep, step }) => ({ keepMs: keep, stepMs: step })),
  }))
}
