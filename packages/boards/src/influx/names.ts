/** How measurements, fields and tags of InfluxDB are called in Weir's store. */

/** Which metrics there are for what a board of InfluxDB asks for. */
export interface InfluxNames {
  /**
   * Metrics that hold a field, best first; a query asks for all of them. Each with conditions that
   * belong to it, such as `quantile="0.95"`.
   */
  field(measurement: string, field: string): readonly InfluxSeries[]
  /** Conditions on `__name__`, each of which selects series of the measurement. */
  measurement(name: string): readonly string[]
  label(tag: string): string
}

export interface InfluxSeries {
  readonly metric: string
  readonly matchers: readonly string[]
  /** Each sample is the state at its time, not an event: a sum is one over series, not over time. */
  readonly isReading: boolean
}

const QUANTILES: Readonly<Record<string, string>> = {
  p50: '0.5',
  p75: '0.75',
  p95: '0.95',
  p98: '0.98',
  p99: '0.99',
  p999: '0.999',
}

/**
 * What comes by line protocol is `measurement_field`, as docs/influx.md says. Flink's measurements
 * are known by its Prometheus names too, so that Dagger's own board works with either reporter.
 */
export const PLAIN_NAMES: InfluxNames = {
  field(measurement, field) {
    const metric = metricName(`${measurement}_${field}`)
    const plain = { metric, matchers: [], isReading: isFlink(measurement) }
    return isFlink(measurement) ? [plain, ...flinkSeries(measurement, field)] : [plain]
  },
  measurement(name) {
    const plain = `__name__=~"${metricName(name)}_.+"`
    return isFlink(name) ? [plain, `__name__="flink_${metricName(name)}"`] : [plain]
  },
  label: (tag) => plainName(tag, /[^a-zA-Z0-9_]/g),
}

function metricName(name: string): string {
  return plainName(name, /[^a-zA-Z0-9_:]/g)
}

function plainName(name: string, odd: RegExp): string {
  const plain = name.replaceAll(odd, '_')
  return /^\d/.test(plain) ? `_${plain}` : plain
}

function isFlink(measurement: string): boolean {
  return /^(?:taskmanager|jobmanager)_/.test(measurement)
}

/** Dagger's meters: Flink's Prometheus reporter tells their rate, never their count. */
const METERS = /_(?:longbow_(?:reader|writer)|source_metricId|udf_dart)_|PerSecond$/

/** A meter's rate and a gauge's or counter's value have the metric's own name in Prometheus. */
function flinkSeries(measurement: string, field: string): readonly InfluxSeries[] {
  const metric = `flink_${metricName(measurement)}`
  const quantile = Object.hasOwn(QUANTILES, field) ? QUANTILES[field] : undefined
  if (quantile !== undefined) {
    return [{ metric, matchers: [`quantile="${quantile}"`], isReading: true }]
  }
  const isThere = field === 'count' ? !METERS.test(measurement) : ['value', 'rate'].includes(field)
  return isThere ? [{ metric, matchers: [], isReading: true }] : []
}
