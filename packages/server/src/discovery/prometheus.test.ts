import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@weir/model'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { findPeer, freePort, stopped } from '../http/testing/peers.ts'
import { globalConfig, scrapeConfigs } from '../scrape/config.ts'
import type { ActiveTarget } from '../scrape/loop.ts'
import { type Scraper, startScraper } from '../scrape/manager.ts'
import { MemoryAppender } from '../scrape/testing/memory-appender.ts'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { DnsDiscoverer } from './dns/dns.ts'
import { discovererOf } from './kinds.ts'
import { like, populate } from './testing/cluster-objects.ts'
import { DnsServer, type Zone } from './testing/dns-server.ts'
import { KubernetesServer } from './testing/kubernetes-server.ts'

const prometheus = findPeer('prometheus')

/** A job that no scrape of comes due while the test looks. */
const job = (name: string, more: object): object => ({
  job_name: name,
  scrape_interval: '1h',
  params: { module: ['a b*', 'second'], '~x': ['é/'] },
  ...more,
})

const RULES = [
  { source_labels: ['__meta_kubernetes_namespace'], regex: 'data', action: 'drop' },
  { regex: '__meta_kubernetes_(.+)', action: 'labelmap' },
  { source_labels: ['__meta_kubernetes_pod_name'], target_label: '__param_pod' },
  { target_label: '__metrics_path__', replacement: 'a b/ü?x=%&y' },
]

/** Names for each kind of record, and what becomes of those that are not there. */
const ZONE: Zone = {
  'srv.test': ['SRV 1 2 9100 a.host.test', 'SRV 1 2 9101 B.host.test'],
  'a.test': ['CNAME b.test', 'A 10.0.0.1', 'A 10.0.0.2'],
  'six.test': ['AAAA 20010db8000000000000000000000001'],
  'mx.test': ['MX 10 mail.test'],
  'ns.test': ['NS ns1.test'],
  'app.search.test': ['A 10.0.0.4'],
  'empty.test': [],
  'broken.test': ['SERVFAIL'],
}
const RESOLV_CONF = 'nameserver 127.0.0.53\nsearch none.test search.test\n'

function dnsJobs(): object[] {
  const names = (type: string, ...found: string[]): object =>
    job(`dns ${type}`, { dns_sd_configs: [{ names: found, type, port: 80 }] })
  return [
    names('SRV', 'srv.test'),
    names('A', 'a.test', 'app', 'none.test', 'empty.test', 'broken.test'),
    names('AAAA', 'six.test', 'a.test'),
    names('MX', 'mx.test'),
    names('NS', 'ns.test'),
  ]
}

interface World {
  readonly server: KubernetesServer
  /** Address of the HTTP server. */
  readonly lists: string
  readonly folder: string
  readonly hasDns: boolean
}

function jobsOf({ server, lists, folder, hasDns }: World): object[] {
  const role = (name: string, more: object = {}): object => ({
    role: name,
    api_server: server.url,
    ...more,
  })
  const cluster = (name: string, config: object, more: object = {}): object =>
    job(name, { kubernetes_sd_configs: [config], ...more })
  const attach = { attach_metadata: { node: true } }
  return [
    cluster('node', role('node')),
    cluster('pod', role('pod')),
    cluster('pod on nodes', role('pod', attach)),
    cluster('service', role('service')),
    cluster('endpoints', role('endpoints')),
    cluster('endpoints on nodes', role('endpoints', attach)),
    cluster('endpointslice', role('endpointslice')),
    cluster('endpointslice on nodes', role('endpointslice', attach)),
    cluster('ingress', role('ingress')),
    cluster('namespaces', role('service', { namespaces: { names: ['data', 'none'] } })),
    cluster(
      'selectors',
      role('endpoints', {
        selectors: [
          { role: 'pod', label: 'app=shop' },
          { role: 'endpoints', field: 'metadata.name=shop' },
        ],
      }),
    ),
    cluster('relabelled', role('pod'), { relabel_configs: RULES, keep_dropped_targets: 1 }),
    job('files', { file_sd_configs: [{ files: [join(folder, '*.yml'), join(folder, 'b.json')] }] }),
    job('http', { http_sd_configs: [{ url: `${lists}/list`, refresh_interval: '1s' }] }),
    ...(hasDns ? dnsJobs() : []),
    job('static', {
      static_configs: [
        { targets: ['a:1', 'a:1', '[::1]:2'], labels: { x: 'y', empty: '', __address__: 'b:1' } },
        { targets: ['c:1'], labels: { __scrape_interval__: '26h', __scheme__: 'https' } },
      ],
    }),
  ]
}

interface Found {
  readonly activeTargets: readonly Pick<
    ActiveTarget,
    'discoveredLabels' | 'labels' | 'scrapePool' | 'scrapeUrl' | 'scrapeInterval' | 'scrapeTimeout'
  >[]
  readonly droppedTargets: readonly object[]
  readonly droppedTargetCounts: object
}

/** What can be compared: what was found, and what relabelling made of it. */
function comparable(found: Found): object {
  const sorted = (targets: readonly object[]): string[] => targets.map(canonical).toSorted()
  return {
    active: sorted(
      found.activeTargets.map(
        ({ discoveredLabels, labels, scrapePool, scrapeUrl, scrapeInterval, scrapeTimeout }) => ({
          discoveredLabels,
          labels,
          scrapePool,
          scrapeUrl,
          scrapeInterval,
          scrapeTimeout,
        }),
      ),
    ),
    // Which of the dropped are kept is a matter of order.
    dropped: found.droppedTargets.length,
    counts: found.droppedTargetCounts,
  }
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

test.runIf(prometheus !== undefined)(
  'Prometheus finds the same targets in the same cluster, files and lists',
  { timeout: 90_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'weir-discovery-'))
    await using cluster = await KubernetesServer.open()
    populate(cluster)
    const list = { body: '[{"targets":["h:1","h:2"],"labels":{"__meta_x":"y","l":"m"}}]' }
    const lists = await listen(list)
    await writeFile(
      join(folder, 'a.yml'),
      '- targets: [f:1]\n  labels: {n: 1.10, b: yes}\n- targets: [f:2]\n',
    )
    await writeFile(join(folder, 'b.json'), '[{"targets":["g:1"]}]')
    const address = `http://127.0.0.1:${(lists.address() as AddressInfo).port}`
    // Prometheus asks whom resolv.conf names, at port 53: that takes root, and a file system of its own.
    const dns = await DnsServer.open(ZONE, '127.0.0.53', 53).catch(() => undefined)
    const hasDns = dns !== undefined
    const jobs = jobsOf({ server: cluster, lists: address, folder, hasDns })
    await using ours = await weirWith(jobs)
    const theirs = await prometheusWith(jobs, folder, hasDns)
    try {
      await equal(ours, theirs.address, [
        '"h:1"',
        '"f:1"',
        '"lb.shop.svc:443"',
        ...(hasDns ? ['"10.0.0.4:80"', '"a.host.test:9100"', '"[2001:db8::1]:80"'] : []),
      ])

      // A rollout: a pod changes, one goes, a node gets a label, a service goes, lists change.
      const node = like('nodes', 'node-b')
      const targetRef = { kind: 'Pod', namespace: 'shop', name: 'shop-2' }
      const addresses = [{ ip: '10.2.0.2', nodeName: 'node-b', targetRef }]
      const subsets = [{ addresses, ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] }]
      const status = { phase: 'Running', podIP: '10.2.0.2' }
      cluster.put('nodes', { ...node, metadata: { ...node.metadata, labels: { new: 'label' } } })
      cluster.put('pods', like('pods', 'shop-2', { status }))
      cluster.put('endpoints', like('endpoints', 'shop', { subsets }))
      cluster.delete('pods', like('pods', 'db-0'))
      cluster.delete('services', like('services', 'lb'))
      cluster.delete('ingresses', like('ingresses', 'shop'))
      await writeFile(join(folder, 'a.yml'), '- targets: [f:9]\n')
      await rm(join(folder, 'b.json'))
      list.body = '[{"targets":["h:3"]}]'
      await equal(ours, theirs.address, ['"h:3"', '"f:9"', '10.2.0.2:8080'])
      expect(canonical(ours.targets())).not.toMatch(
        /"h:1"|fd00::5|"f:1"|"g:1"|"lb.shop.svc:443"|"db-0"/,
      )
    } finally {
      await stopped(theirs.child)
      await dns?.[Symbol.asyncDispose]()
      lists.closeAllConnections()
      lists.close()
      await rm(folder, { recursive: true, force: true })
    }
  },
)

/** Waits until both see the same, these among it, and shows the difference when they never do. */
async function equal(ours: Scraper, address: string, among: readonly string[]): Promise<void> {
  const started = systemClock.monotonicMs()
  for (;;) {
    const [mine, their] = [comparable(ours.targets()), await targetsOf(address)]
    const isSame = their !== undefined && canonical(mine) === canonical(comparable(their))
    if (isSame && among.every((text) => canonical(their).includes(text))) return
    if (systemClock.monotonicMs() - started > 30_000) {
      if (their === undefined) throw new Error('Prometheus does not answer')
      expect(mine).toEqual(comparable(their))
      throw new Error(`want ${among.join()} among them`)
    }
    await systemClock.sleep(250)
  }
}

async function targetsOf(address: string): Promise<Found | undefined> {
  const reply = await fetch(`http://${address}/api/v1/targets`).catch(() => undefined)
  if (reply?.ok !== true) return undefined
  return ((await reply.json()) as { data: Found }).data
}

async function weirWith(jobs: readonly object[]): Promise<Scraper> {
  return startScraper({
    config: { global: globalConfig.parse({}), scrape_configs: scrapeConfigs.parse(jobs) },
    appenderFor: () => new MemoryAppender([]),
    telemetry: { registry: new Registry(), log: new Log(pino({ level: 'silent' })) },
    clock: systemClock,
    discover: (place, clock) =>
      place.kind === 'dns'
        ? new DnsDiscoverer(place.config, clock, {
            servers: ['127.0.0.53'],
            resolvConf: RESOLV_CONF,
          })
        : discovererOf(place, clock),
  })
}

async function prometheusWith(
  jobs: readonly object[],
  folder: string,
  hasDns: boolean,
): Promise<{ address: string; child: ChildProcess }> {
  const config = join(folder, 'prometheus.json')
  await writeFile(config, JSON.stringify({ scrape_configs: jobs }))
  await writeFile(join(folder, 'resolv.conf'), RESOLV_CONF)
  const address = `127.0.0.1:${await freePort()}`
  const command = [
    prometheus!,
    `--config.file=${config}`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=${address}`,
    '--scrape.discovery-reload-interval=100ms',
  ]
  const [first, ...rest] = hasDns ? [...underOwnResolvConf(folder), ...command] : command
  return { address, child: spawn(first!, rest, { stdio: 'ignore' }) }
}

function underOwnResolvConf(folder: string): string[] {
  const mount = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
  return ['unshare', '--mount', 'sh', '-c', mount, join(folder, 'resolv.conf')]
}

async function listen(list: { body: string }): Promise<Server> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(list.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
