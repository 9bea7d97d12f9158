import type { KnownAlert } from './alert-store.ts'

interface Keyed {
  readonly alert: KnownAlert
  readonly job: string
  readonly instance: string
}

/** As messages list them: by job, then instance (alerts without one come last), then labels. */
export function sortAlerts(alerts: readonly KnownAlert[]): KnownAlert[] {
  const keyed = alerts.map((alert): Keyed => ({
    alert,
    job: alert.labels.get('job'),
    instance: alert.labels.get('instance'),
  }))
  return keyed.sort(compareKeyed).map(({ alert }) => alert)
}

function compareKeyed(a: Keyed, b: Keyed): number {
  return (
    compareEmptyLast(a.job, b.job) ||
    compareEmptyLast(a.instance, b.instance) ||
    a.alert.labels.size - b.alert.labels.size ||
    a.alert.labels.compare(b.alert.labels)
  )
}

function compareEmptyLast(a: string, b: string): number {
  if (a === b) return 0
  if (a === '' || b === '') return a === '' ? 1 : -1
  return a < b ? -1 : 1
}
