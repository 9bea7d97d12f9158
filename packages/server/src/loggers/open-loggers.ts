import type { Clock, KeyValueStore } from '@weir/model'
import type { Closers } from '../lifecycle/closers.ts'
import type { LogGates } from '../telemetry/log-gates.ts'
import type { Telemetry } from '../telemetry/log.ts'
import type { LoggersConfig } from './config.ts'
import { LoggerDesk } from './desk.ts'
import { OwnLevels } from './own-levels.ts'
import { openTarget } from './targets/open-targets.ts'

export interface LoggersOptions {
  readonly store: KeyValueStore
  readonly config: LoggersConfig
  /** The levels of Weir's own parts. */
  readonly gates: LogGates
  /** Closes what is opened here. */
  readonly closers: Closers
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/** Log levels of running processes, of Weir's own parts, and of what the configuration names as targets. */
export async function openLoggers(
  options: LoggersOptions,
): Promise<{ readonly desk: LoggerDesk; readonly own: OwnLevels }> {
  const { store, config, gates, closers, clock, telemetry } = options
  const desk = closers.use(await LoggerDesk.open({ store, config, clock, telemetry }))
  const own = new OwnLevels(gates, clock, (report) => desk.report(own.identity.instance, report))
  closers.defer(() => own[Symbol.dispose]())
  desk.drive(own)
  for (const target of config.targets) {
    closers.use(await openTarget({ target, store, clock, telemetry }, desk))
  }
  return { desk, own }
}
