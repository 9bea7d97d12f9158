import type { ScrapeJobView } from '@weir/packs'
import type { Labels, RelabelStep, Target } from '../api/prometheus.ts'
import { MOCK_NOW_MS } from './mock-data.ts'

/** Made-up targets: a few of each kind, and as many pods as the scene has pipelines. */

function target(scrapePool: string, host: string, more: Partial<Target> = {}): Target {
  const instance = `${host}:9100`
  return {
    discoveredLabels: {
      __address__: instance,
      __metrics_path__: '/metrics',
      __scheme__: 'http',
      __scrape_interval__: '15s',
      __scrape_timeout__: '10s',
      job: scrapePool,
    },
    labels: { instance, job: scrapePool },
    scrapePool,
    scrapeUrl: `http://${instance}/metrics`,
    lastError: '',
    lastScrape: new Date(MOCK_NOW_MS - 9000).toISOString(),
    lastScrapeDuration: 0.0123,
    health: 'up',
    scrapeInterval: '15s',
    scrapeTimeout: '10s',
    ...more,
  }
}

function down(scrapePool: string, host: string, why: string): Target {
  const made = target(scrapePool, host)
  const lastError = `Cannot scrape ${made.scrapeUrl}: ${why}`
  return { ...made, health: 'down', lastError, lastScrapeDuration: 0.0011 }
}

function pod(i: number): Target {
  const made = target('pods', `10.2.${i >> 8}.${i & 255}`)
  const name = `shop-5d8f9c-${i}`
  return {
    ...made,
    labels: { ...made.labels, namespace: 'shop', pod: name },
    discoveredLabels: {
      ...made.discoveredLabels,
      __meta_kubernetes_namespace: 'shop',
      __meta_kubernetes_pod_annotation_prometheus_io_scrape: 'true',
      __meta_kubernetes_pod_annotationpresent_prometheus_io_scrape: 'true',
      __meta_kubernetes_pod_container_image: 'registry.example.org/shop/web:2026.11.28-5d8f9c',
      __meta_kubernetes_pod_name: name,
      __meta_kubernetes_pod_node_name: 'node-a',
      __meta_kubernetes_pod_phase: 'Running',
      __meta_kubernetes_pod_ready: 'true',
    },
  }
}

const FEW: readonly Target[] = [
  target('node', '10.0.0.5'),
  down('flink', '10.0.0.6', 'want status 200, got 401'),
]

/** Two, and a pod for each pipeline past three. */
export function targets(count: number): readonly Target[] {
  if (count === 0) return [target('weir', 'weir')]
  return [...FEW, ...Array.from({ length: Math.max(0, count - 3) }, (_, i) => pod(i))]
}

/** Of those that are up. */
export function scrapedSamples(count: number): object {
  const up = targets(count).filter(({ health }) => health === 'up')
  return {
    resultType: 'vector',
    result: up.map(({ labels }) => ({
      metric: { __name__: 'scrape_samples_scraped', ...labels },
      value: [0, '1342'],
    })),
  }
}

const job = (name: string, activeCount: number, more: Partial<ScrapeJobView>): ScrapeJobView => ({
  job: name,
  activeCount,
  droppedCount: 0,
  discoverers: [
    {
      kind: 'static',
      title: 'static_configs',
      targetCount: activeCount,
      lastRefreshMs: null,
      lastError: '',
      lastErrorMs: null,
    },
  ],
  faults: [],
  faultCount: 0,
  ...more,
})

export function scrapeJobs(count: number): readonly ScrapeJobView[] {
  if (count === 0) return [job('weir', 1, {})]
  return [
    job('flink', 1, {
      discoverers: [
        {
          kind: 'http',
          title: 'http://inventory.example.org/targets',
          targetCount: 1,
          lastRefreshMs: MOCK_NOW_MS - 900_000,
          lastError:
            'Cannot get targets from http://inventory.example.org/targets: want status 200, got 503',
          lastErrorMs: MOCK_NOW_MS - 12_000,
        },
      ],
    }),
    job('node', 1, {}),
    job('pods', Math.max(0, count - 3), {
      droppedCount: 2,
      discoverers: [
        {
          kind: 'kubernetes',
          title: 'pod in shop',
          targetCount: count - 1,
          lastRefreshMs: MOCK_NOW_MS - 3000,
          lastError: '',
          lastErrorMs: null,
        },
      ],
    }),
  ]
}

export const DROPPED_TARGETS: readonly Pick<Target, 'discoveredLabels'>[] = [
  { discoveredLabels: { __address__: '10.2.9.1', __meta_kubernetes_pod_name: 'db-0' } },
  { discoveredLabels: { __address__: '10.2.9.2', __meta_kubernetes_pod_name: 'db-1' } },
]

/** Keeps pods that want to be scraped, and names them. */
export function relabelSteps(text: string): readonly RelabelStep[] {
  const labels = JSON.parse(text) as Labels
  const plain = { separator: ';', regex: '(.*)', replacement: '$1' }
  const annotation = '__meta_kubernetes_pod_annotation_prometheus_io_scrape'
  const keep = labels[annotation] === 'true' || labels['job'] !== 'pods'
  const isKept = keep && labels['__address__']?.startsWith('10.2.9') !== true
  const named = { ...labels, pod: labels['__meta_kubernetes_pod_name'] ?? '' }
  return [
    {
      rule: { ...plain, action: 'keep', source_labels: [annotation], regex: 'true' },
      output: isKept ? labels : {},
      keep: isKept,
    },
    {
      rule: {
        ...plain,
        action: 'replace',
        source_labels: ['__meta_kubernetes_pod_name'],
        target_label: 'pod',
      },
      output: isKept ? named : {},
      keep: isKept,
    },
  ]
}
