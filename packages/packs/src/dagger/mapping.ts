/**
 * Dagger's metrics by Flink's StatsD reporter: groups with a value in the identifier, `udf.DartGet.value`. All
 * else is in Flink's mapping, which comes after this one. And the timers of its own StatsD client.
 */
import { DROP_COUNTS, OPERATOR_SCOPES, groupRules } from '../flink/mapping.ts'
import type { MappingConfig, MappingRule } from '../pack.ts'
import { INVENTORY } from './metrics.ts'

/** Group in the identifier, whose dots newer versions send as `_`, and what it is called in the metric and as a label. */
const GROUPS = [
  ['source_metricId', 'source_metricId'],
  ['udf', 'udf'],
  ['dartpath', 'dartpath'],
  ['fatal[._]exception', 'fatal_exception'],
  ['non[._]fatal[._]exception', 'non_fatal_exception'],
  ['per_table', 'per_table'],
  ...INVENTORY.filter(([name]) => name !== 'udf').map(([name]) => [name, name] as const),
] as const

/** A row takes a millisecond or less. */
const ROW_BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]

function timer(name: string): MappingRule {
  return {
    match: name,
    match_metric_type: 'observer',
    name,
    observer_type: 'histogram',
    histogram_options: { buckets: ROW_BUCKETS },
  }
}

export const MAPPING: MappingConfig = {
  mappings: [
    timer('reader_row_deserialization_time'),
    timer('reader_row_read_time'),
    DROP_COUNTS,
    ...OPERATOR_SCOPES.flatMap((scope) =>
      GROUPS.flatMap(([group, label]) =>
        groupRules(scope, {
          metric: `${group}\\.(.+?)\\.([A-Za-z][A-Za-z0-9_]*)`,
          name: `${label}_\${7}`,
          labels: [label],
        }),
      ),
    ),
  ],
}
