import type { TargetGroup } from '../../target-group.ts'
import { objectLabels } from '../meta-labels.ts'
import type { IngressObject } from '../objects.ts'

/** Each path of each rule is a target, for probes from outside. */
export function ingressGroup({ metadata, spec }: IngressObject): TargetGroup {
  const patterns = spec.tls.flatMap(({ hosts }) => hosts)
  const targets = spec.rules.flatMap(({ host, http }) => {
    const isSecure = patterns.some((pattern) => matchesHost(pattern, host))
    const paths = http === undefined ? ['/'] : http.paths.map(({ path }) => path || '/')
    return paths.map((path) => ({
      __address__: host,
      __meta_kubernetes_ingress_scheme: isSecure ? 'https' : 'http',
      __meta_kubernetes_ingress_host: host,
      __meta_kubernetes_ingress_path: path,
    }))
  })
  return {
    source: `ingress/${metadata.namespace}/${metadata.name}`,
    targets,
    labels: {
      __meta_kubernetes_namespace: metadata.namespace,
      __meta_kubernetes_ingress_class_name: spec.ingressClassName,
      ...objectLabels('ingress', metadata),
    },
  }
}

/** Whether a host is meant: by its name, or with `*` for its first part. */
function matchesHost(pattern: string, host: string): boolean {
  if (pattern === host) return true
  const [first, ...rest] = pattern.split('.')
  const [, ...hostRest] = host.split('.')
  return first === '*' && rest.join('.') === hostRest.join('.')
}
