import type { NodeObject, PodObject, ServiceObject } from './objects.ts'

/** What is known of the cluster beside the objects that become targets. Keys are `namespace/name`, of nodes their name. */
export interface Cluster {
  readonly pods: ReadonlyMap<string, PodObject>
  readonly services: ReadonlyMap<string, ServiceObject>
  /** Undefined when targets get nothing of their nodes. */
  readonly nodes: ReadonlyMap<string, NodeObject> | undefined
}
