import { z } from 'zod'
import { hostPort } from '../host-port.ts'
import { sanitized } from '../label-name.ts'
import type { FoundLabels } from '../target-group.ts'

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const texts = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {})

/** An instance of a service, as `/v1/health/service` lists them; what targets are made of. */
export const instances = z.array(
  z.object({
    Node: z.object({ Node: text, Address: text, Meta: texts, TaggedAddresses: texts }),
    Service: z.object({
      ID: text,
      Address: text,
      Port: z.number().default(0),
      Meta: texts,
      Namespace: text,
      Partition: text,
      Tags: z
        .array(z.string())
        .nullish()
        .transform((value) => value ?? []),
    }),
    Checks: z
      .array(z.object({ CheckID: text, Status: text }))
      .nullish()
      .transform((value) => value ?? []),
  }),
)

type Instance = z.output<typeof instances>[number]

/** An instance as a target, with the labels that Prometheus gives it. */
export function instanceLabels(
  { Node: node, Service: service, Checks: checks }: Instance,
  separator: string,
): FoundLabels {
  return {
    // A service registered from elsewhere has an address that is not its node's.
    __address__: hostPort(service.Address === '' ? node.Address : service.Address, service.Port),
    __meta_consul_address: node.Address,
    __meta_consul_node: node.Node,
    __meta_consul_namespace: service.Namespace,
    __meta_consul_partition: service.Partition,
    // Separators around them all, so that a regex need not care where a tag stands.
    __meta_consul_tags: `${separator}${service.Tags.join(separator)}${separator}`,
    __meta_consul_service_address: service.Address,
    __meta_consul_service_port: String(service.Port),
    __meta_consul_service_id: service.ID,
    __meta_consul_health: healthOf(checks),
    ...prefixed('metadata', node.Meta),
    ...prefixed('service_metadata', service.Meta),
    ...prefixed('tagged_address', node.TaggedAddresses),
  }
}

function prefixed(kind: string, values: FoundLabels): FoundLabels {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      `__meta_consul_${kind}_${sanitized(key)}`,
      value,
    ]),
  )
}

/** The worst of the checks; maintenance goes before all, and a state that Consul does not have is none. */
function healthOf(checks: Instance['Checks']): string {
  const isMaintenance = ({ CheckID: id }: { readonly CheckID: string }): boolean =>
    id === '_node_maintenance' || id.startsWith('_service_maintenance:')
  const states = checks.filter((check) => !isMaintenance(check)).map(({ Status }) => Status)
  if (states.some((state) => !['passing', 'warning', 'critical'].includes(state))) return ''
  if (checks.some(isMaintenance)) return 'maintenance'
  return ['critical', 'warning'].find((state) => states.includes(state)) ?? 'passing'
}
