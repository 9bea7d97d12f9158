import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { like, populate } from '../testing/cluster-objects.ts'
import { hastyClock } from '../testing/hasty-clock.ts'
import { KubernetesServer } from '../testing/kubernetes-server.ts'
import { Watched } from '../testing/watched.ts'
import { type Surroundings, accessOf } from './access.ts'
import { kubernetesSdConfig } from './config.ts'
import { KubernetesDiscoverer } from './kubernetes.ts'

let server: KubernetesServer
let watched: Watched | undefined

beforeEach(async () => {
  server = await KubernetesServer.open()
})

afterEach(async () => {
  await watched?.stop()
  watched = undefined
  await server[Symbol.asyncDispose]()
})

function look(config: object, surroundings?: Surroundings): Watched {
  const parsed = kubernetesSdConfig.parse({ api_server: server.url, ...config })
  watched = Watched.of(new KubernetesDiscoverer(parsed, hastyClock, surroundings))
  return watched
}

const service = (name: string, namespace = 'n', port = 80, more: object = {}) => ({
  metadata: { name, namespace, ...more },
  spec: { type: 'ClusterIP', ports: [{ port }] },
})

/** Requests so far: `list` or `watch`, and the parameters that tell. */
const asked = (): string[] =>
  server.requests.map(({ pathname, searchParams }) => {
    const what = searchParams.has('watch') ? 'watch' : 'list'
    const told = ['resourceVersion', 'continue', 'labelSelector', 'fieldSelector']
      .filter((name) => searchParams.has(name))
      .map((name) => ` ${name}=${searchParams.get(name)}`)
    return `${what} ${pathname}${told.join('')}`
  })

describe('the cluster is followed', () => {
  test('by one list, then by what happens', async () => {
    server.put('services', service('a'))
    const found = look({ role: 'service' })
    await found.until(['a.n.svc:80'])
    await found.untilFault(/^$/)
    server.put('services', service('b'))
    await found.until(['a.n.svc:80', 'b.n.svc:80'])
    server.put('services', service('a', 'n', 81))
    await found.until(['a.n.svc:81', 'b.n.svc:80'])
    server.delete('services', service('a'))
    await found.until(['b.n.svc:80'])
    expect(asked()).toEqual([
      'list /api/v1/services resourceVersion=0',
      'watch /api/v1/services resourceVersion=101',
    ])
  })

  test('over watches that end or break off, from the newest version seen', async () => {
    server.put('services', service('a'))
    const found = look({ role: 'service' })
    await found.until(['a.n.svc:80'])
    server.put('services', service('b'))
    await found.until(['a.n.svc:80', 'b.n.svc:80'])
    server.bookmark()
    server.endWatches()
    server.put('services', service('c'))
    await found.until(['a.n.svc:80', 'b.n.svc:80', 'c.n.svc:80'])
    server.endWatches(true)
    server.delete('services', service('a'))
    await found.until(['b.n.svc:80', 'c.n.svc:80'])
    expect(asked()).toEqual([
      'list /api/v1/services resourceVersion=0',
      'watch /api/v1/services resourceVersion=101',
      'watch /api/v1/services resourceVersion=103',
      'watch /api/v1/services resourceVersion=104',
    ])
  })

  test('by a fresh list when its version is gone; what is missing there is gone', async () => {
    server.put('services', service('a'))
    server.put('services', service('b'))
    const found = look({ role: 'service' })
    await found.until(['a.n.svc:80', 'b.n.svc:80'])
    server.endWatches()
    server.delete('services', service('a'))
    server.put('services', service('c'))
    server.compact()
    await found.until(['b.n.svc:80', 'c.n.svc:80'])
    expect(asked().at(-1)).toMatch(/^(list \/api\/v1\/services|watch .*resourceVersion=104)$/)
    expect(asked()).toContain('list /api/v1/services')
  })

  test('in pages, where there are many', async () => {
    server.pageObjects = 2
    for (const name of ['a', 'b', 'c', 'd', 'e']) server.put('services', service(name))
    await look({ role: 'service' }).until(
      ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}.n.svc:80`),
    )
    expect(asked().slice(0, 3)).toEqual([
      'list /api/v1/services resourceVersion=0',
      'list /api/v1/services continue=2',
      'list /api/v1/services continue=4',
    ])
  })

  test('through refusals, which keep what was found and are told with the reason', async () => {
    server.put('services', service('a'))
    const found = look({ role: 'service' })
    await found.until(['a.n.svc:80'])
    server.failWith = { status: 403, message: 'services is forbidden' }
    server.endWatches()
    await found.untilFault(
      /^Cannot follow services: want status 200, got 403: services is forbidden; the account needs/,
    )
    expect(found.addresses).toEqual(['a.n.svc:80'])
    server.failWith = undefined
    server.put('services', service('b'))
    await found.until(['a.n.svc:80', 'b.n.svc:80'])
    await found.untilFault(/^$/)
  })
})

describe('what is asked for', () => {
  test('are the namespaces and selectors of the configuration', async () => {
    populate(server)
    const found = look({
      role: 'endpoints',
      namespaces: { names: ['shop'] },
      selectors: [
        { role: 'endpoints', label: 'kind=auto' },
        { role: 'pod', field: 'metadata.name=shop-2' },
      ],
    })
    await found.untilFault(/^$/)
    expect(
      asked()
        .filter((request) => request.startsWith('list'))
        .toSorted(),
    ).toEqual([
      'list /api/v1/namespaces/shop/endpoints resourceVersion=0 labelSelector=kind=auto',
      'list /api/v1/namespaces/shop/pods resourceVersion=0 fieldSelector=metadata.name=shop-2',
      'list /api/v1/namespaces/shop/services resourceVersion=0',
    ])
    expect([...found.groups.keys()]).toEqual(['endpoints/shop/shop'])
  })

  test('come with the credentials', async () => {
    look({ role: 'node', bearer_token: 'secret' })
    await watched!.untilFault(/^$/)
    expect([...server.logins]).toEqual(['Bearer secret'])
  })
})

describe('a change makes anew what has labels of it', () => {
  const labelsOf = (found: Watched, source: string): string =>
    JSON.stringify([found.groups.get(source)?.labels, ...(found.groups.get(source)?.targets ?? [])])

  test.each([
    ['pod', 'pod/shop/shop-1', 'nodes', 'node-a', '__meta_kubernetes_node_label_fresh'],
    ['endpoints', 'endpoints/shop/shop', 'nodes', 'node-a', '__meta_kubernetes_node_label_fresh'],
    ['endpoints', 'endpoints/shop/shop', 'pods', 'shop-1', '__meta_kubernetes_pod_label_fresh'],
    [
      'endpoints',
      'endpoints/shop/shop',
      'services',
      'shop',
      '__meta_kubernetes_service_label_fresh',
    ],
    [
      'endpointslice',
      'endpointslice/shop/shop-x1',
      'nodes',
      'node-a',
      '__meta_kubernetes_node_label_fresh',
    ],
    [
      'endpointslice',
      'endpointslice/shop/shop-x1',
      'pods',
      'shop-1',
      '__meta_kubernetes_pod_label_fresh',
    ],
    [
      'endpointslice',
      'endpointslice/shop/shop-x1',
      'services',
      'shop',
      '__meta_kubernetes_service_label_fresh',
    ],
  ] as const)('%s %s: of %s %s', async (role, source, plural, name, label) => {
    populate(server)
    const found = look({ role, attach_metadata: { node: true } })
    await found.untilFault(/^$/)
    expect(labelsOf(found, source)).not.toContain(label)
    const object = like(plural, name)
    const labels = { ...object.metadata.labels, fresh: 'yes' }
    server.put(plural, { ...object, metadata: { ...object.metadata, labels } })
    await expect.poll(() => labelsOf(found, source)).toContain(label)
  })

  test('and what nobody asks for makes nothing anew', async () => {
    populate(server)
    const found = look({ role: 'pod' })
    await found.untilFault(/^$/)
    const before = found.groups.get('pod/shop/shop-1')
    const pod = like('pods', 'shop-1')
    server.put('pods', { ...pod, metadata: { ...pod.metadata, generation: 7 } })
    server.put('pods', like('pods', 'shop-2', { status: { podIP: '10.9.9.9' } }))
    await expect.poll(() => found.addresses.join()).toContain('10.9.9.9')
    expect(found.groups.get('pod/shop/shop-1')).toBe(before)
  })
})

describe('the way to the cluster', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weir-kube-'))
  })

  afterEach(async () => rm(folder, { recursive: true, force: true }))

  const config = (more: object) => kubernetesSdConfig.parse({ role: 'pod', ...more })
  const nowhere: Surroundings = { environment: {}, accountFolder: '/nowhere' }

  test('is that of the pod in which Weir runs', async () => {
    await writeFile(join(folder, 'namespace'), 'monitoring\n')
    const environment = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' }
    const own = config({ namespaces: { own_namespace: true } })
    const access = await accessOf(own, { environment, accountFolder: folder })
    expect(access).toMatchObject({
      server: 'https://[fd00::1]:443',
      ownNamespace: 'monitoring',
      http: {
        bearer_token_file: join(folder, 'token'),
        tls_config: { ca_file: join(folder, 'ca.crt') },
      },
    })
    await expect(accessOf(own, nowhere)).rejects.toThrow('Weir does not run in a cluster')
  })

  const KUBECONFIG = `
current-context: c
contexts:
  - { name: other, context: { cluster: x, user: x } }
  - { name: c, context: { cluster: k, user: u, namespace: n } }
clusters:
  - name: k
    cluster:
      server: https://k.example:6443
      certificate-authority-data: ${Buffer.from('CA').toString('base64')}
      tls-server-name: k
`

  test.each<[string, string, object]>([
    ['a token', 'user: { token: t }', { bearer_token: 't' }],
    ['a file', 'user: { tokenFile: t.txt, token: t }', { bearer_token_file: 'FOLDER/t.txt' }],
    [
      'a certificate',
      'user: { client-certificate: c.pem, client-key-data: S0VZ }',
      { tls_config: { cert_file: 'FOLDER/c.pem', key: 'KEY', ca: 'CA', server_name: 'k' } },
    ],
    [
      'a name and a password',
      'user: { username: u, password: p }',
      { basic_auth: { username: 'u', password: 'p' } },
    ],
  ])('is what a kubeconfig file says, with %s', async (_, user, want) => {
    const file = join(folder, 'config')
    await writeFile(file, `${KUBECONFIG}users:\n  - name: u\n    ${user}\n`)
    const access = await accessOf(config({ kubeconfig_file: file }), nowhere)
    expect(access.server).toBe('https://k.example:6443')
    expect(JSON.parse(JSON.stringify(access.http).replaceAll(folder, 'FOLDER'))).toMatchObject(want)
  })

  test.each([
    ['users: [{ name: u, user: { exec: { command: aws } } }]', 'logs in by a command'],
    ['current-context: d', 'is no kubeconfig'], // twice the same key
  ])('is not found in a kubeconfig file with %j', async (more, why) => {
    const file = join(folder, 'config')
    await writeFile(file, `${KUBECONFIG}${more}\n`)
    await expect(accessOf(config({ kubeconfig_file: file }), nowhere)).rejects.toThrow(why)
  })

  test('that cannot be had is told, and looked for again', async () => {
    const file = join(folder, 'config')
    look({ role: 'node', api_server: undefined, kubeconfig_file: file })
    await watched!.untilFault(/^Cannot reach Kubernetes: ENOENT/)
    populate(server)
    await writeFile(
      file,
      `current-context: c\ncontexts: [{ name: c, context: { cluster: k } }]\nclusters: [{ name: k, cluster: { server: '${server.url}' } }]\n`,
    )
    await watched!.until(['10.1.0.1:10250', '[fd00::b]:10250'])
  })
})

test.each([
  [{}, 'Invalid option'],
  [{ role: 'pods' }, 'Invalid option'],
  [{ role: 'pod', api_server: 'http://x', kubeconfig_file: 'y' }, 'want at most one of api_server'],
  [{ role: 'pod', kubeconfig_file: 'y', bearer_token: 't' }, 'want no HTTP client keys beside'],
  [{ role: 'pod', bearer_token: 't' }, 'want the address of the API server'],
  [{ role: 'pod', api_server: 'http://x', namespaces: { own_namespace: true } }, 'want neither'],
  [{ role: 'pod', selectors: [{ role: 'node' }] }, 'role pod takes selectors of pod only'],
  [{ role: 'pod', selectors: [{ role: 'pod' }, { role: 'pod' }] }, 'want one selector of pod'],
])('%j is refused', (config, want) => {
  expect(kubernetesSdConfig.safeParse(config).error?.message).toContain(want)
})
