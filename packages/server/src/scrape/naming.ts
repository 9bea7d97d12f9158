import { type Labels, isLabelName, isLegacyName } from '@weir/model'
import type { ScrapeConfig, ScrapeSettings } from './config.ts'

/** Which names a job takes, and how its targets are asked to write those that are more than letters and digits. */
export interface Naming {
  readonly isLegacy: boolean
  /** The parameter `escaping` of the formats that know it. */
  readonly escaping: 'allow-utf-8' | 'underscores' | 'dots' | 'values'
}

export function namingOf(config: ScrapeConfig, global: ScrapeSettings['global']): Naming {
  const scheme = config.metric_name_validation_scheme ?? global.metric_name_validation_scheme
  const isLegacy = scheme === 'legacy'
  // A job that says how names are checked does not take the escaping that `global` has for another check.
  const own =
    config.metric_name_validation_scheme === undefined
      ? (config.metric_name_escaping_scheme ?? global.metric_name_escaping_scheme)
      : config.metric_name_escaping_scheme
  return { isLegacy, escaping: own ?? (isLegacy ? 'underscores' : 'allow-utf-8') }
}

/** Whether all names are such as Prometheus 2 took. */
export function isLegacyValid(labels: Labels): boolean {
  if (!isLegacyName(labels.metricName)) return false
  return [...labels].every(([name]) => isLabelName(name))
}
