import { z } from 'zod'

/**
 * The objects of a cluster, as far as targets are made of them. What is not named here falls away when an object
 * comes in, so that a cluster of ten thousand pods is kept in little memory, and changes that nobody asks for are
 * no changes. Whatever Kubernetes leaves out, or gives as null, is empty.
 */

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const maybe = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined)
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? undefined)
const port = z
  .number()
  .nullish()
  .transform((value) => value ?? 0)
const texts = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {})

function list<S extends z.ZodType>(item: S) {
  return z
    .array(item)
    .nullish()
    .transform((value): z.output<S>[] => value ?? [])
}

function part<S extends z.ZodRawShape>(shape: S) {
  return z.preprocess((value) => value ?? {}, z.object(shape))
}

const metadata = part({
  name: text,
  namespace: text,
  uid: text,
  labels: texts,
  annotations: texts,
  ownerReferences: list(z.object({ kind: text, name: text, controller: flag })),
})

export type Metadata = z.output<typeof metadata>

const reference = z
  .object({ kind: text, namespace: text, name: text })
  .nullish()
  .transform((value) => value ?? undefined)

export type Reference = NonNullable<z.output<typeof reference>>

export const nodeObject = z.object({
  metadata,
  spec: part({ providerID: text }),
  status: part({
    addresses: list(z.object({ type: text, address: text })),
    daemonEndpoints: part({ kubeletEndpoint: part({ Port: port }) }),
  }),
})

export type NodeObject = z.output<typeof nodeObject>

const container = z.object({
  name: text,
  image: text,
  ports: list(z.object({ name: text, containerPort: port, protocol: text })),
})

export type Container = z.output<typeof container>

const containerStatus = z.object({ name: text, containerID: text })

export const podObject = z.object({
  metadata,
  spec: part({
    nodeName: text,
    containers: list(container),
    initContainers: list(container),
  }),
  status: part({
    podIP: text,
    hostIP: text,
    phase: text,
    conditions: list(z.object({ type: text, status: text })),
    containerStatuses: list(containerStatus),
    initContainerStatuses: list(containerStatus),
  }),
})

export type PodObject = z.output<typeof podObject>

export const serviceObject = z.object({
  metadata,
  spec: part({
    type: text,
    clusterIP: text,
    externalName: text,
    loadBalancerIP: text,
    ports: list(z.object({ name: text, port, protocol: text })),
  }),
})

export type ServiceObject = z.output<typeof serviceObject>

const endpointAddress = z.object({
  ip: text,
  hostname: text,
  nodeName: maybe,
  targetRef: reference,
})

export type EndpointAddress = z.output<typeof endpointAddress>

export const endpointsObject = z.object({
  metadata,
  subsets: list(
    z.object({
      addresses: list(endpointAddress),
      notReadyAddresses: list(endpointAddress),
      ports: list(z.object({ name: text, port, protocol: text })),
    }),
  ),
})

export type EndpointsObject = z.output<typeof endpointsObject>

const endpoint = z.object({
  addresses: list(z.string()),
  conditions: part({ ready: flag, serving: flag, terminating: flag }),
  hostname: maybe,
  targetRef: reference,
  nodeName: maybe,
  zone: maybe,
  deprecatedTopology: texts,
})

export type SliceEndpoint = z.output<typeof endpoint>

const slicePort = z.object({
  name: maybe,
  port: z
    .number()
    .nullish()
    .transform((value) => value ?? undefined),
  protocol: maybe,
  appProtocol: maybe,
})

export type SlicePort = z.output<typeof slicePort>

export const sliceObject = z.object({
  metadata,
  addressType: text,
  endpoints: list(endpoint),
  ports: list(slicePort),
})

export type SliceObject = z.output<typeof sliceObject>

export const ingressObject = z.object({
  metadata,
  spec: part({
    ingressClassName: text,
    tls: list(z.object({ hosts: list(z.string()) })),
    rules: list(
      z.object({
        host: text,
        http: z
          .object({ paths: list(z.object({ path: text })) })
          .nullish()
          .transform((value) => value ?? undefined),
      }),
    ),
  }),
})

export type IngressObject = z.output<typeof ingressObject>
