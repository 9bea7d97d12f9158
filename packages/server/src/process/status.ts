import { availableParallelism, hostname } from 'node:os'
import { systemClock } from '@weir/model'
import type { WeirStatus } from '@weir/packs'
import { engineOf } from '../engine/engine-of.ts'
import { engineView } from '../engine/open-queries.ts'
import type { RuntimeInfo } from '../http/deps.ts'
import { VERSION } from '../version.ts'
import type { Parts } from './parts.ts'
import type { Reload } from './reload.ts'

/** What the status page shows. */
export async function statusOf({ ground, queries }: Parts): Promise<WeirStatus> {
  const stats = await ground.writer.call('stats', undefined)
  const { user, system } = process.cpuUsage()
  const { startedMs } = ground
  const atMs = systemClock.now()
  const engine = engineView(queries.engine, stats.outgoing)
  return {
    ...(engine && { engine }),
    version: VERSION,
    startedMs,
    atMs,
    web: ground.addresses.find(({ kind }) => kind === 'web')?.address ?? '',
    dataDir: ground.flags.dataDir,
    series: stats.series,
    samplesPerSecond: (stats.samplesAppended / Math.max(1, atMs - startedMs)) * 1000,
    diskBytes: stats.diskBytes,
    sealedSamples: stats.sealedSamples,
    sealedBytes: stats.sealedBytes,
    headSamples: stats.headSamples,
    tombstones: stats.tombstones,
    residentBytes: process.memoryUsage.rss(),
    memoryBudgetBytes: ground.setup.memory.bytes,
    cpuSeconds: (user + system) / 1e6,
    queryThreads: queries.desk.threadCount,
    minTimeMs: stats.minTimeMs,
    maxTimeMs: stats.maxTimeMs,
  }
}

/** What Prometheus's API tells of the process. */
export function runtimeOf({ ground }: Parts, reloads: Pick<Reload, 'last'>): RuntimeInfo {
  const { metrics } = ground.config.storage
  const here = engineOf({ metrics })
  const iso = (ms: number): string => new Date(ms).toISOString()
  return {
    startTime: iso(ground.startedMs),
    CWD: process.cwd(),
    hostname: hostname(),
    serverTime: iso(systemClock.now()),
    reloadConfigSuccess: reloads.last.isGood,
    lastConfigTime: iso(reloads.last.takenMs),
    corruptionCount: 0,
    goroutineCount: 0,
    GOMAXPROCS: availableParallelism(),
    GOMEMLIMIT: 0,
    GOGC: '',
    GODEBUG: '',
    storageRetention:
      here === undefined
        ? `${metrics.retention_time / 86_400_000}d`
        : `${here.local_retention / 3_600_000}h`,
  }
}
