import type { TestedAlert, TestedSample } from './outcome.ts'

/** Whether the same alerts are there, in whatever order. */
export function sameAlerts(a: readonly TestedAlert[], b: readonly TestedAlert[]): boolean {
  const texts = (alerts: readonly TestedAlert[]): string[] => alerts.map(alertKey).toSorted()
  return JSON.stringify(texts(a)) === JSON.stringify(texts(b))
}

/** What tells an alert from all others. */
function alertKey({ labels, annotations }: TestedAlert): string {
  return `${recordKey(labels)} ${recordKey(annotations)}`
}

/** Whether the same samples are there, in whatever order. No NaN is the same as another, as in Go. */
export function sameSamples(
  a: readonly TestedSample[],
  b: readonly TestedSample[],
  isFuzzy: boolean,
): boolean {
  if (a.length !== b.length) return false
  const rest = [...b]
  return a.every((sample) => {
    const at = rest.findIndex((other) => isSame(sample, other, isFuzzy))
    if (at < 0) return false
    rest.splice(at, 1)
    return true
  })
}

function isSame(a: TestedSample, b: TestedSample, isFuzzy: boolean): boolean {
  return (
    recordKey(a.labels) === recordKey(b.labels) &&
    a.histogram === b.histogram &&
    (a.value === b.value || (isFuzzy && areNeighbours(a.value, b.value)))
  )
}

function recordKey(record: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Whether no double lies between two. */
function areNeighbours(a: number, b: number): boolean {
  const distance = orderOf(a) - orderOf(b)
  return distance === 1n || distance === -1n
}

const SIGN = 1n << 63n

/** The place of a double among all doubles; both zeros have the same. */
function orderOf(number: number): bigint {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, number)
  const bits = view.getBigUint64(0)
  return bits >= SIGN ? SIGN - bits : bits
}
