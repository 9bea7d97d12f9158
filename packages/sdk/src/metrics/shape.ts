/** What a metric may be called, and when two declarations are the same metric. */
export interface Shape {
  readonly name: string
  readonly labelNames: readonly string[]
}

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/
/** A histogram's bounds have this label; names with two underscores in front are Prometheus's own. */
const RESERVED = 'le'

/** @throws {TypeError} for a name that no Prometheus would take */
export function checkNames({ name, labelNames }: Shape): void {
  if (!METRIC_NAME.test(name)) {
    throw new TypeError(
      `Cannot name a metric "${name}": want letters, digits, "_" and ":", no digit in front`,
    )
  }
  for (const label of labelNames) {
    if (!LABEL_NAME.test(label) || label.startsWith('__') || label === RESERVED) {
      throw new TypeError(
        `Cannot name a label of "${name}" "${label}": want letters, digits and "_", not le or __…`,
      )
    }
  }
}

/** @throws {TypeError} for bounds that are no ascending finite numbers */
export function checkBuckets(name: string, buckets: readonly number[]): void {
  const isAscending = buckets.every((bound, i) => i === 0 || bound > buckets[i - 1]!)
  if (buckets.length === 0 || !buckets.every(Number.isFinite) || !isAscending) {
    throw new TypeError(
      `Cannot make the histogram "${name}" with buckets [${buckets.join(', ')}]: want finite numbers, ascending`,
    )
  }
}

export function sameShape(a: Shape, b: Shape): boolean {
  return (
    a.labelNames.length === b.labelNames.length &&
    a.labelNames.every((label, i) => label === b.labelNames[i])
  )
}
