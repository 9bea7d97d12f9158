/**
 * Labels that say which service writes, the best first, as Loki looks for them when a stream has no
 * `service_name`.
 *
 * @see grafana/loki:docs/sources/shared/configuration.md, discover_service_name
 */
const FROM: readonly string[] = [
  'service',
  'app',
  'application',
  'app_name',
  'name',
  'app_kubernetes_io_name',
  'container',
  'container_name',
  'k8s_container_name',
  'component',
  'workload',
  'job',
  'k8s_job_name',
]

/** Where nothing says which service writes. */
export const UNKNOWN_SERVICE = 'unknown_service'

/** The service of a stream whose labels do not name it. */
export function serviceName(value: (label: string) => string): string {
  for (const label of FROM) {
    const found = value(label)
    if (found !== '') return found
  }
  return UNKNOWN_SERVICE
}
