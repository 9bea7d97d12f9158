import type { ApiObject, KubernetesServer, Plural } from './kubernetes-server.ts'

/** A small cluster with the odd things that clusters have. */

const NODES: readonly ApiObject[] = [
  {
    metadata: {
      name: 'node-a',
      labels: {
        'kubernetes.io/arch': 'arm64',
        'topology.kubernetes.io/zone': 'z1',
        'ümlaut/ß': 'x',
      },
      annotations: { 'note.example.org/why': 'two\nlines', empty: '' },
    },
    spec: { providerID: 'cloud://1' },
    status: {
      addresses: [
        { type: 'Hostname', address: 'host-a' },
        { type: 'ExternalIP', address: '198.51.100.1' },
        { type: 'InternalIP', address: '10.1.0.1' },
        { type: 'InternalIP', address: '10.1.0.2' },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
    },
  },
  {
    metadata: { name: 'node-b' },
    spec: {},
    status: {
      addresses: [{ type: 'InternalIP', address: 'fd00::b' }],
      daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
    },
  },
  { metadata: { name: 'node-without-address' }, spec: {}, status: {} },
]

const PODS: readonly ApiObject[] = [
  {
    metadata: {
      name: 'shop-1',
      namespace: 'shop',
      uid: 'uid-1',
      labels: { app: 'shop', 'app.kubernetes.io/name': 'shop' },
      annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9102' },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Other', name: 'other', uid: 'o' },
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'shop-abc', uid: 'r', controller: true },
      ],
    },
    spec: {
      nodeName: 'node-a',
      containers: [
        {
          name: 'web',
          image: 'shop:1',
          ports: [
            { name: 'http', containerPort: 8080, protocol: 'TCP' },
            { name: 'metrics', containerPort: 9102, protocol: 'TCP' },
            { name: 'metrics-udp', containerPort: 9102, protocol: 'UDP' },
          ],
        },
        { name: 'sidecar', image: 'side:2' },
      ],
      initContainers: [
        { name: 'prepare', image: 'prep:3', ports: [{ containerPort: 7000, protocol: 'TCP' }] },
      ],
    },
    status: {
      phase: 'Running',
      podIP: '10.2.0.1',
      hostIP: '10.1.0.1',
      conditions: [
        { type: 'Initialized', status: 'True' },
        { type: 'Ready', status: 'True' },
      ],
      containerStatuses: [
        {
          name: 'web',
          containerID: 'containerd://web',
          image: '',
          imageID: '',
          ready: true,
          restartCount: 0,
        },
      ],
      initContainerStatuses: [
        {
          name: 'prepare',
          containerID: 'containerd://prep',
          image: '',
          imageID: '',
          ready: true,
          restartCount: 0,
        },
      ],
    },
  },
  {
    metadata: { name: 'shop-2', namespace: 'shop', uid: 'uid-2', labels: { app: 'shop' } },
    spec: {
      nodeName: 'node-b',
      containers: [
        {
          name: 'web',
          image: 'shop:2',
          ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
        },
      ],
    },
    status: {
      phase: 'Pending',
      podIP: 'fd00::2',
      conditions: [{ type: 'Ready', status: 'False' }],
    },
  },
  {
    metadata: { name: 'starting', namespace: 'shop', uid: 'uid-3' },
    spec: { containers: [{ name: 'c', image: 'i' }] },
    status: { phase: 'Pending' },
  },
  {
    metadata: { name: 'db-0', namespace: 'data', uid: 'uid-4' },
    spec: { nodeName: 'nowhere', containers: [{ name: 'db', image: 'db:1' }] },
    status: { phase: 'Running', podIP: '10.2.0.9' },
  },
]

const SERVICES: readonly ApiObject[] = [
  {
    metadata: {
      name: 'shop',
      namespace: 'shop',
      labels: { team: 'shop' },
      annotations: { 'example.org/owner': 'us' },
    },
    spec: {
      type: 'ClusterIP',
      clusterIP: '10.3.0.1',
      ports: [
        { name: 'http', port: 80, protocol: 'TCP' },
        { port: 81, protocol: 'UDP' },
      ],
    },
  },
  {
    metadata: { name: 'lb', namespace: 'shop' },
    spec: {
      type: 'LoadBalancer',
      clusterIP: '10.3.0.2',
      loadBalancerIP: '203.0.113.1',
      ports: [{ port: 443, protocol: 'TCP' }],
    },
  },
  {
    metadata: { name: 'outside', namespace: 'data' },
    spec: {
      type: 'ExternalName',
      externalName: 'db.example.org',
      ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }],
    },
  },
  {
    metadata: { name: 'portless', namespace: 'data' },
    spec: { type: 'ClusterIP', clusterIP: 'None' },
  },
]

const ENDPOINTS: readonly ApiObject[] = [
  {
    metadata: { name: 'shop', namespace: 'shop', labels: { kind: 'auto' } },
    subsets: [
      {
        addresses: [
          {
            ip: '10.2.0.1',
            hostname: 'one',
            nodeName: 'node-a',
            targetRef: { kind: 'Pod', namespace: 'shop', name: 'shop-1' },
          },
          { ip: '192.0.2.7', targetRef: { kind: 'Node', name: 'node-b' } },
          { ip: '192.0.2.8' },
        ],
        notReadyAddresses: [
          {
            ip: 'fd00::2',
            nodeName: 'node-b',
            targetRef: { kind: 'Pod', namespace: 'shop', name: 'shop-2' },
          },
        ],
        ports: [
          { name: 'http', port: 8080, protocol: 'TCP' },
          { name: 'odd', port: 9999, protocol: 'TCP' },
        ],
      },
    ],
  },
  { metadata: { name: 'empty', namespace: 'shop' } },
  {
    metadata: { name: 'orphan', namespace: 'data' },
    subsets: [
      {
        addresses: [
          { ip: '10.2.0.99', targetRef: { kind: 'Pod', namespace: 'data', name: 'gone' } },
        ],
        ports: [{ port: 1, protocol: 'UDP' }],
      },
    ],
  },
]

const ENDPOINTSLICES: readonly ApiObject[] = [
  {
    metadata: {
      name: 'shop-x1',
      namespace: 'shop',
      labels: { 'kubernetes.io/service-name': 'shop' },
      annotations: { a: 'b' },
    },
    addressType: 'IPv4',
    endpoints: [
      {
        addresses: ['10.2.0.1'],
        conditions: { ready: true, serving: true, terminating: false },
        hostname: 'one',
        nodeName: 'node-a',
        zone: 'z1',
        deprecatedTopology: { 'topology.kubernetes.io/region': 'r1' },
        targetRef: { kind: 'Pod', namespace: 'shop', name: 'shop-1' },
      },
      { addresses: ['192.0.2.7', '192.0.2.8'], targetRef: { kind: 'Node', name: 'node-b' } },
    ],
    ports: [
      { name: 'http', port: 8080, protocol: 'TCP', appProtocol: 'http' },
      { name: '', protocol: 'TCP' },
    ],
  },
  {
    metadata: { name: 'free', namespace: 'data' },
    addressType: 'FQDN',
    endpoints: [{ addresses: ['db.example.org'], conditions: {} }],
    ports: [{ port: 5432 }],
  },
]

const INGRESSES: readonly ApiObject[] = [
  {
    metadata: { name: 'shop', namespace: 'shop', labels: { team: 'shop' } },
    spec: {
      ingressClassName: 'nginx',
      tls: [{ hosts: ['shop.example.org', '*.shop.example.org'] }],
      rules: [
        {
          host: 'shop.example.org',
          http: {
            paths: [
              { path: '/cart', pathType: 'Prefix', backend: {} },
              { pathType: 'Prefix', backend: {} },
            ],
          },
        },
        { host: 'eu.shop.example.org' },
        {
          host: 'a.b.shop.example.org',
          http: { paths: [{ path: '/x', pathType: 'Prefix', backend: {} }] },
        },
      ],
    },
  },
]

const ALL: readonly (readonly [Plural, readonly ApiObject[]])[] = [
  ['nodes', NODES],
  ['pods', PODS],
  ['services', SERVICES],
  ['endpoints', ENDPOINTS],
  ['endpointslices', ENDPOINTSLICES],
  ['ingresses', INGRESSES],
]

/** Puts the whole cluster there. */
export function populate(server: KubernetesServer): void {
  for (const [plural, objects] of ALL) for (const object of objects) server.put(plural, object)
}

/** One of these objects, with other things said of it. */
export function like(
  plural: Plural,
  name: string,
  more: Readonly<Record<string, unknown>> = {},
): ApiObject {
  const objects = ALL.find(([other]) => other === plural)![1]
  return { ...objects.find(({ metadata }) => metadata.name === name)!, ...more }
}
