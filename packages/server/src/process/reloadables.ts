import { setFenceRules } from '@weir/fetch'
import type { Setup } from '../config/load-config.ts'
import { retentionOf } from '../config/storage-options.ts'
import type { Parts } from './parts.ts'
import type { Reloadable } from './take-all.ts'

/**
 * What a reload gives the new configuration to, in this order: those that open files or connections, and may refuse,
 * go before those that cannot. Which keys that makes is in config/at-start.ts.
 */
export function reloadables(parts: Parts): readonly Reloadable<Setup>[] {
  const { access, alerting, ground, intakes, kept, logs, out, queries } = parts
  return [
    {
      name: 'where connections may lead',
      take: ({ config }) => setFenceRules(config.network.outgoing),
    },
    {
      name: 'web configuration file',
      take: () => access.door.reread(),
      back: () => undefined, // it is looked at all the time: what it says holds anyhow
    },
    {
      name: 'trusted proxies',
      take: ({ config }) => access.proxies.take(config.web.trusted_proxies),
    },
    { name: 'access', take: ({ config }) => access.desk.take(config.auth) },
    { name: 'query log', take: (setup) => queries.take(setup) },
    {
      name: 'endpoints of remote write',
      take: ({ config }) => out.prepare(config),
      async back({ config }) {
        await out.prepare(config)
        await out.take(config)
      },
    },
    {
      name: 'rules and routes',
      take: (setup) => alerting.alerting.reload(alerting.setupOf(setup)),
    },
    { name: 'other Alertmanagers', take: ({ config }) => alerting.outside.apply(config.alerting) },
    { name: 'scraping', take: ({ config }) => intakes.scraper.call('reload', config) },
    { name: 'mappings of StatsD', take: ({ mappings }) => intakes.statsd.call('reload', mappings) },
    { name: 'metrics from logs', take: ({ config }) => logs.reload(config) },
    {
      name: 'retention',
      take: ({ config }) =>
        ground.writer.call('setRetention', retentionOf(config, ground.startedWith.storage)),
    },
    {
      name: 'remote write',
      take: ({ config }) => out.take(config),
      back: () => undefined, // its endpoints do, when they are there again
    },
    { name: 'logins', take: ({ config }) => access.login.take(config.auth) },
    { name: 'audit log', take: ({ config }) => kept.audit.take(config.audit) },
    { name: 'events', take: ({ config }) => kept.events.take(config.events) },
    { name: 'log level', take: ({ config }) => kept.ownLevels.configure(config.log.level) },
    { name: 'dashboards', take: ({ config }) => kept.dashboards.take(config.dashboards) },
    { name: 'what is asked for when it is needed', take: (setup) => ground.settle(setup) },
    { name: 'files of dashboards', take: () => kept.dashboards.rescan() },
  ]
}
