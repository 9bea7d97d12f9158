import { z } from 'zod'
import { byteSize, duration } from '../config/quantity.ts'
import { loggerTargets } from './targets/config.ts'

const count = (most: number): z.ZodInt => z.int().min(1).max(most)

/** `loggers` in weir.yml: whose log levels are known and may be changed while they run. */
export const loggersConfig = z.strictObject({
  max_instances: count(10_000)
    .default(500)
    .describe(
      'Processes that may be connected, each with a connection of its own (`web.max_connections`); more are refused and counted.',
    ),
  max_loggers: count(100_000)
    .default(5000)
    .describe('Loggers of one process that are listed; more are counted, and still reached.'),
  max_loggers_total: count(10_000_000)
    .default(100_000)
    .describe('Loggers of all processes that are listed.'),
  max_poll_bytes: byteSize
    .prefault('1MiB')
    .refine((bytes) => bytes >= 16_384, { message: 'want at least 16KiB' })
    .describe('Longest request by which a process tells of its loggers.'),
  max_overrides: count(10_000)
    .default(100)
    .describe('Changes of levels that hold at one time; more are refused and counted.'),
  max_audit: count(100_000)
    .default(1000)
    .describe('Changes that are over and can be looked up; beyond it the oldest go.'),
  gone_after: duration
    .prefault('90s')
    .refine((ms) => ms >= 31_000, { message: 'want at least 31s: clients ask every 30 s' })
    .describe('How long a process may be silent before it is shown as gone.'),
  forget_after: duration.prefault('1h').describe('How long a process that is gone is still shown.'),
  targets: loggerTargets
    .default([])
    .describe(
      'Programs that do not connect by themselves, and whose levels Weir sets and sets back.',
    ),
})

/** The `loggers` section, checked. */
export type LoggersConfig = z.output<typeof loggersConfig>
