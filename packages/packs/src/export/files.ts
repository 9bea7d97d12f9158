/** A pack as files for other programs: Prometheus, statsd_exporter, Grafana, Kubernetes. */
import { stringify } from 'yaml'
import type { Pack, ScrapeHint } from '../pack.ts'
import { packRuleGroups } from '../rule-groups.ts'
import { type DashboardForm, grafanaDashboard } from './grafana.ts'
import { helmValues } from './helm.ts'

export interface ExportedFile {
  /** Named for what it is: `airflow.rules.yml`, `mapping.yml`, `scrape.yml`, `values.yaml`, `weir-airflow.json`. */
  readonly name: string
  readonly text: string
}

/** All that a pack can be written out as. A system that sends no StatsD has no mapping, one that is not scraped no scrape config. */
export function exportPack(pack: Pack, form: DashboardForm = 'provisioning'): ExportedFile[] {
  const mapping = exportMapping(pack)
  const scrape = exportScrape(pack)
  return [
    { name: `${pack.id}.rules.yml`, text: exportRules(pack) },
    ...(mapping === undefined ? [] : [{ name: 'mapping.yml', text: mapping }]),
    ...(scrape === undefined ? [] : [{ name: 'scrape.yml', text: scrape }]),
    { name: 'values.yaml', text: exportHelmValues(pack) },
    ...pack.dashboards.map(({ name }) => ({
      name: `${name}.json`,
      text: exportDashboard(pack, name, form) ?? '',
    })),
  ]
}

/** A Prometheus rule file. */
export function exportRules(pack: Pack): string {
  return yaml({ groups: packRuleGroups(pack) })
}

/** A statsd_exporter mapping file; undefined when the system sends no StatsD. */
export function exportMapping(pack: Pack): string | undefined {
  return pack.mapping && yaml(pack.mapping)
}

/** `scrape_configs` for prometheus.yml; undefined when there is nothing to scrape. */
export function exportScrape(pack: Pack): string | undefined {
  const configs = scrapeConfigs(pack)
  return configs.length === 0 ? undefined : yaml({ scrape_configs: configs })
}

/** Values for the chart kube-prometheus-stack. */
export function exportHelmValues(pack: Pack): string {
  return yaml(helmValues(pack, scrapeConfigs(pack)))
}

/** One board as Grafana's JSON; undefined when the pack has none of that name. */
export function exportDashboard(
  pack: Pack,
  name: string,
  form: DashboardForm = 'provisioning',
): string | undefined {
  const board = pack.dashboards.find((candidate) => candidate.name === name)
  return board && `${JSON.stringify(grafanaDashboard(board, pack.id, form), null, 2)}\n`
}

/** A system that comes by StatsD is scraped through the statsd_exporter that the mapping is for. */
function scrapeConfigs(pack: Pack): ScrapeHint[] {
  const exporter: ScrapeHint = {
    job_name: pack.scrape.some((config) => config.job_name === pack.id)
      ? `${pack.id}-statsd`
      : pack.id,
    static_configs: [{ targets: ['localhost:9102'] }],
  }
  return [...pack.scrape, ...(pack.mapping ? [exporter] : [])]
}

function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })
}
