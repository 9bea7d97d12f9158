/** A pack as files for other programs: Prometheus, statsd_exporter, Grafana. */
import { stringify } from 'yaml'
import type { Pack } from '../pack.ts'
import { packRuleGroups } from '../rule-groups.ts'
import { grafanaDashboard } from './grafana.ts'

export interface ExportedFile {
  /** Named for what it is: `airflow.rules.yml`, `mapping.yml`, `scrape.yml`, `weir-airflow.json`. */
  readonly name: string
  readonly text: string
}

/** All that a pack can be written out as. A system that sends no StatsD has no mapping, one that is not scraped no scrape config. */
export function exportPack(pack: Pack): ExportedFile[] {
  const mapping = exportMapping(pack)
  const scrape = exportScrape(pack)
  return [
    { name: `${pack.id}.rules.yml`, text: exportRules(pack) },
    ...(mapping === undefined ? [] : [{ name: 'mapping.yml', text: mapping }]),
    ...(scrape === undefined ? [] : [{ name: 'scrape.yml', text: scrape }]),
    ...pack.dashboards.map(({ name }) => ({
      name: `${name}.json`,
      text: exportDashboard(pack, name) ?? '',
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

/**
 * `scrape_configs` for prometheus.yml. A system that comes by StatsD is scraped through the
 * statsd_exporter that the mapping is for; undefined when there is nothing to scrape.
 */
export function exportScrape(pack: Pack): string | undefined {
  const exporter = {
    job_name: pack.id,
    static_configs: [{ targets: ['localhost:9102'] }],
  }
  const configs = [...pack.scrape, ...(pack.mapping ? [exporter] : [])]
  return configs.length === 0 ? undefined : yaml({ scrape_configs: configs })
}

/** One board as Grafana's JSON; undefined when the pack has none of that name. */
export function exportDashboard(pack: Pack, name: string): string | undefined {
  const board = pack.dashboards.find((candidate) => candidate.name === name)
  return board && `${JSON.stringify(grafanaDashboard(board), null, 2)}\n`
}

function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })
}
