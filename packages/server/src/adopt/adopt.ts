import { resolve } from 'node:path'
import { Document } from 'yaml'
import { adoptAlertmanager } from './alertmanager.ts'
import { adoptBoards } from './boards.ts'
import type { AdoptItem } from './item.ts'
import { adoptMappings } from './mapping.ts'
import { adoptPrometheus, adoptRules } from './prometheus.ts'

/** The files of an existing set-up. */
export interface AdoptSources {
  readonly prometheus?: string
  readonly alertmanager?: string
  readonly mappings: readonly string[]
  /** Globs of rule files that no prometheus.yml names. */
  readonly rules: readonly string[]
  /** A folder of Grafana's dashboards. */
  readonly grafana?: string
  /** Names of `--enable-feature` that the old Prometheus was started with. */
  readonly features?: readonly string[]
}

export interface Adopted {
  readonly items: readonly AdoptItem[]
  /** A weir.yml that takes all that can be taken. */
  readonly config: string
}

/**
 * Looks at what runs today, says of each thing how it does under Weir, and writes the weir.yml for it.
 *
 * @throws {WeirError} `CONFIG_INVALID` when a file cannot be read
 */
export function adopt(sources: AdoptSources): Adopted {
  const { features = [] } = sources
  const routes =
    sources.alertmanager === undefined ? undefined : adoptAlertmanager(sources.alertmanager)
  const prometheus =
    sources.prometheus === undefined
      ? undefined
      : adoptPrometheus(sources.prometheus, {
          hasAlertmanager: routes?.isTaken ?? false,
          features,
        })
  const mapping = adoptMappings(sources.mappings)
  const rules = sources.rules.map((pattern) =>
    adoptRules(pattern, { folder: '.', by: { flag: '--rules' }, features }),
  )
  const ruleFiles = rules.flatMap(({ taken }, i) => taken ?? [resolve(sources.rules[i]!)])
  const items = [
    ...(prometheus?.items ?? []),
    ...rules.flatMap((found) => found.items),
    ...(routes?.items ?? []),
    ...mapping.items,
    ...(sources.grafana === undefined ? [] : adoptBoards(sources.grafana)),
  ]
  const document = prometheus?.taken ?? new Document({})
  if (document.contents === null) document.contents = new Document({}).contents
  document.commentBefore =
    ' Made by weir adopt. weir check config looks at it; weir serve --config starts with it.'
  if (prometheus !== undefined) {
    const key = ['storage', 'metrics', 'retention_time']
    if (!document.hasIn(key)) document.setIn(key, '15d')
  }
  for (const file of ruleFiles) {
    if (document.has('rule_files')) document.addIn(['rule_files'], file)
    else document.set('rule_files', [file])
  }
  if (routes?.isTaken === true) document.set('alertmanager', resolve(sources.alertmanager!))
  if (mapping.taken.length > 0) {
    document.set('statsd', {
      listen: '127.0.0.1:9125',
      mapping_config: mapping.taken.map((file) => resolve(file)),
    })
  }
  return { items, config: document.toString({ lineWidth: 0 }) }
}
