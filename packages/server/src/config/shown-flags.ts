import type { Flags } from './load-config.ts'
import { redactText } from './redact-text.ts'
import type { WeirConfig } from './weir-config.ts'

/** Flags as `/api/v1/status/flags` shows them: what was given, or what holds in its place. */
export function shownFlags(flags: Flags, config: WeirConfig): Record<string, string> {
  const { configFile, dataDir, rules, features, insecure } = flags
  return {
    config: configFile ?? '',
    'data-dir': dataDir,
    listen: config.web.listen,
    'statsd-listen': config.statsd.listen,
    'statsd.mapping-config': (flags.statsdMappingConfig ?? []).join(','),
    'alertmanager.config': flags.alertmanagerConfig ?? '',
    'alertmanager.strict-compat': String(flags.alertmanagerStrictCompat ?? false),
    rules: rules.join(','),
    'web.external-url': redactText(config.web.external_url),
    'web.config.file': config.web.config_file ?? '',
    'enable-feature': features.join(','),
    'web.enable-admin-api': String(config.web.enable_admin_api),
    insecure: String(insecure),
    'memory-budget': flags.memoryBudget ?? '',
  }
}
