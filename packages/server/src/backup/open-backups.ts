import { systemClock } from '@weir/model'
import type { WeirConfig } from '../config/weir-config.ts'
import type { LogsSide } from '../logs/logs-side.ts'
import type { Telemetry } from '../telemetry/log.ts'
import type { IntakeHandlers } from '../threads/intake-thread.ts'
import type { Thread } from '../threads/thread.ts'
import type { WriterHandlers } from '../threads/writer-thread.ts'
import { Backups } from './backups.ts'

/** Backups of this process; undefined while the admin API is off. */
export function openBackups(of: {
  readonly config: WeirConfig
  readonly dataDir: string
  readonly writer: Pick<Thread<WriterHandlers>, 'call'>
  readonly intake: () => Pick<Thread<IntakeHandlers>, 'call'>
  readonly logs: Pick<LogsSide, 'link'>
  readonly telemetry: Telemetry
}): Backups | undefined {
  const { web } = of.config
  if (!web.enable_admin_api) return undefined
  return new Backups({
    dataDir: of.dataDir,
    keepers: {
      stageStore: () => of.writer.call('stage', undefined),
      linkLogs: (into) => of.logs.link(into),
      copyStatsdState: (into) => of.intake().call('copyState', into),
    },
    stallMs: web.backup_stall_timeout,
    clock: systemClock,
    telemetry: of.telemetry,
  })
}
