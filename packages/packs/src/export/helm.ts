/**
 * Values for the chart kube-prometheus-stack: the pack's rules as `additionalPrometheusRulesMap`, its scrape
 * configs as `additionalScrapeConfigs`, its boards as ConfigMaps that the chart's Grafana side-car picks
 * up by their label.
 */
import type { Pack, ScrapeHint } from '../pack.ts'
import { packRuleGroups } from '../rule-groups.ts'
import { type GrafanaDashboard, grafanaDashboard } from './grafana.ts'

/** @param scrapes what the pack's scrape config holds */
export function helmValues(pack: Pack, scrapes: readonly ScrapeHint[]): object {
  const boards = pack.dashboards.map((board) => grafanaDashboard(board, pack.id))
  return {
    additionalPrometheusRulesMap: {
      [`weir-${pack.id}`]: { groups: packRuleGroups(pack) },
    },
    ...(scrapes.length === 0
      ? {}
      : { prometheus: { prometheusSpec: { additionalScrapeConfigs: scrapes.map(untouched) } } }),
    ...(boards.length === 0
      ? {}
      : {
          grafana: { sidecar: { dashboards: { enabled: true, label: 'grafana_dashboard' } } },
          extraManifests: boards.map(configMap),
        }),
  }
}

function configMap(board: GrafanaDashboard): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: board.uid, labels: { grafana_dashboard: '1' } },
    data: { [`${board.uid}.json`]: untouchedText(JSON.stringify(board)) },
  }
}

/**
 * The chart runs scrape configs and manifests, unlike rules, through its template engine once more, which
 * would take a legend such as `{{pod}}` for its own: opening braces are written as a template that gives them.
 */
function untouchedText(text: string): string {
  return text.replaceAll('{{', '{{`{{`}}')
}

function untouched(scrape: ScrapeHint): unknown {
  return JSON.parse(untouchedText(JSON.stringify(scrape)))
}
