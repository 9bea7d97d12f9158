import { type Flags, type Setup, asksWho, openDoors } from '../config/load-config.ts'
import { showMemory } from '../memory/budget.ts'
import type { Address } from '../serve.ts'
import type { Log } from '../telemetry/log.ts'
import { VERSION } from '../version.ts'

/** What whoever reads the log of a start wants to know, a line each. */
export function tellStart(
  log: Log,
  flags: Flags,
  { config, memory, packs, ruleFiles, alertmanager }: Setup,
  addresses: readonly Address[],
): void {
  const { storage } = config
  log.info({ version: VERSION, node: process.version, pid: process.pid }, 'Weir has started')
  log.info(
    {
      file: flags.configFile ?? 'none: defaults',
      scrapeJobs: config.scrape_configs.length,
      ruleFiles: ruleFiles.length,
      packs: packs.length,
      routes: alertmanager?.fileName ?? 'none',
    },
    'Configuration',
  )
  log.info(
    {
      dataDir: flags.dataDir,
      metrics: storage.metrics.engine ?? 'embedded',
      logs: storage.logs.engine,
    },
    'Storage',
  )
  log.info(
    {
      budget: showMemory(memory.bytes),
      from: memory.from,
      query: showMemory(config.query.max_memory),
    },
    'Memory budget',
  )
  const access = asksWho(config) ? 'by token, password, certificate or login' : 'nobody is asked'
  log.info({ access, insecure: flags.insecure }, 'Access')
  for (const { key, address, what, remedy } of openDoors(config)) {
    log.warn(
      { key, address, remedy },
      `Nobody is asked at ${address}: whoever reaches it can ${what}`,
    )
  }
  log.info({ addresses, dataDir: flags.dataDir, version: VERSION }, 'Weir is listening')
}
