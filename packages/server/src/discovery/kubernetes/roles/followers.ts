import type { Role } from '../config.ts'
import { type Follower, type FollowerParts, RoleFollower, type RoleKind } from '../follower.ts'
import {
  type EndpointsObject,
  type IngressObject,
  type NodeObject,
  type PodObject,
  type Reference,
  type ServiceObject,
  type SliceObject,
  endpointsObject,
  ingressObject,
  nodeObject,
  podObject,
  serviceObject,
  sliceObject,
} from '../objects.ts'
import { endpointsGroup } from './endpoints.ts'
import { SERVICE_NAME, sliceGroup } from './endpointslice.ts'
import { ingressGroup } from './ingress.ts'
import { nodeGroup } from './node.ts'
import { podGroup } from './pod.ts'
import { serviceGroup } from './service.ts'

const NODE: RoleKind<NodeObject> = {
  role: 'node',
  schema: nodeObject,
  sourceOf: (key) => `node/${key}`,
  groupOf: nodeGroup,
  beside: [],
  concerns: () => false,
}

const POD: RoleKind<PodObject> = {
  role: 'pod',
  schema: podObject,
  sourceOf: (key) => `pod/${key}`,
  groupOf: podGroup,
  beside: [],
  concerns: ({ spec }, kind, keys) => kind === 'nodes' && keys.has(spec.nodeName),
}

const SERVICE: RoleKind<ServiceObject> = {
  role: 'service',
  schema: serviceObject,
  sourceOf: (key) => `svc/${key}`,
  groupOf: serviceGroup,
  beside: [],
  concerns: () => false,
}

const INGRESS: RoleKind<IngressObject> = {
  role: 'ingress',
  schema: ingressObject,
  sourceOf: (key) => `ingress/${key}`,
  groupOf: ingressGroup,
  beside: [],
  concerns: () => false,
}

const ENDPOINTS: RoleKind<EndpointsObject> = {
  role: 'endpoints',
  schema: endpointsObject,
  sourceOf: (key) => `endpoints/${key}`,
  groupOf: endpointsGroup,
  beside: ['pods', 'services'],
  concerns: ({ metadata, subsets }, kind, keys) => {
    if (kind === 'services') return keys.has(`${metadata.namespace}/${metadata.name}`)
    return subsets.some(({ addresses, notReadyAddresses }) =>
      [...addresses, ...notReadyAddresses].some((address) => refersTo(address, kind, keys)),
    )
  },
}

const ENDPOINTSLICE: RoleKind<SliceObject> = {
  role: 'endpointslice',
  schema: sliceObject,
  sourceOf: (key) => `endpointslice/${key}`,
  groupOf: sliceGroup,
  beside: ['pods', 'services'],
  concerns: ({ metadata, endpoints }, kind, keys) => {
    if (kind === 'services') {
      return keys.has(`${metadata.namespace}/${metadata.labels[SERVICE_NAME] ?? ''}`)
    }
    return endpoints.some((endpoint) => refersTo(endpoint, kind, keys))
  },
}

function refersTo(
  place: { readonly targetRef?: Reference | undefined; readonly nodeName?: string | undefined },
  kind: 'pods' | 'nodes',
  keys: ReadonlySet<string>,
): boolean {
  const { targetRef, nodeName } = place
  if (kind === 'pods') {
    return targetRef?.kind === 'Pod' && keys.has(`${targetRef.namespace}/${targetRef.name}`)
  }
  return keys.has(nodeName ?? '') || (targetRef?.kind === 'Node' && keys.has(targetRef.name))
}

/** What follows the objects of a role. */
export function followerOf(role: Role, parts: FollowerParts): Follower {
  switch (role) {
    case 'node':
      return new RoleFollower(parts, NODE)
    case 'pod':
      return new RoleFollower(parts, POD)
    case 'service':
      return new RoleFollower(parts, SERVICE)
    case 'ingress':
      return new RoleFollower(parts, INGRESS)
    case 'endpoints':
      return new RoleFollower(parts, ENDPOINTS)
    case 'endpointslice':
      return new RoleFollower(parts, ENDPOINTSLICE)
    default:
      return role satisfies never
  }
}
