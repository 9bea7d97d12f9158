import { z } from 'zod'
import { byteSize, duration } from '../config/quantity.ts'

/** With less a process of SQL can hardly answer. */
const SQL_BYTES_MIN = 192 * 2 ** 20
/** Of the questions under way so many may be SQL, which anybody may write so that it takes long. */
const SQL_SHARE = 0.5

/** `logs.query` in weir.yml: what a question to the log store may take. */
export const logQueryConfig = z.strictObject({
  timeout: duration
    .prefault('1m')
    .refine((ms) => ms > 0, { message: 'want more than 0' })
    .describe('Longest a question may take, waiting included (504).'),
  max_concurrent: z
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe('Questions answered at a time; those of the page go first.'),
  max_queued: z
    .int()
    .positive()
    .default(100)
    .describe('Questions that may wait; further ones are refused (503).'),
  threads: z
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe('Threads that read what is kept; as many as cores, 4 at most, unless told.'),
  max_memory: byteSize
    .prefault('512MiB')
    .refine((bytes) => bytes >= 64 * 1024 * 1024, { message: 'want 64MiB or more' })
    .describe(
      'What reading may hold in memory; a question that needs more fails; an eighth of `memory.budget` at most, unless told.',
    ),
  sql_memory: byteSize
    .prefault('1GiB')
    .refine((bytes) => bytes >= SQL_BYTES_MIN, { message: 'want 192MiB or more' })
    .describe(
      'What processes that answer SQL may take together; a question that takes more than its part is ended; an eighth of `memory.budget` at most, unless told.',
    ),
  export_timeout: duration
    .prefault('10m')
    .refine((ms) => ms > 0, { message: 'want more than 0' })
    .describe('Longest that writing an export may take, waiting included (504).'),
  max_rows: z
    .int()
    .positive()
    .max(1_000_000)
    .default(10_000)
    .describe('Most rows that SQL may be asked for at once; the rest is cut off, and said to be.'),
  max_lines: z
    .int()
    .positive()
    .max(1_000_000)
    .default(5000)
    .describe('Most lines that may be asked for at once (400).'),
  max_series: z
    .int()
    .positive()
    .default(500)
    .describe('Most series that a metric query may give (400).'),
  sample_lines: z
    .int()
    .positive()
    .max(1_000_000)
    .default(20_000)
    .describe('Lines looked at, at most, for patterns and the values of fields.'),
  max_tails: z
    .int()
    .positive()
    .default(50)
    .describe('Live tails at a time; further ones are refused (429).'),
  max_tail_time: duration
    .prefault('1h')
    .refine((ms) => ms > 0, { message: 'want more than 0' })
    .describe('How long a live tail may go on before it is closed.'),
})

/** How many questions of SQL may be under way, and what each may take: a process has room, or is not there. */
export function sqlPlaces(
  config: Pick<z.output<typeof logQueryConfig>, 'max_concurrent' | 'sql_memory'>,
): { readonly count: number; readonly memoryBytes: number } {
  const most = Math.floor(config.max_concurrent * SQL_SHARE)
  const count = Math.max(1, Math.min(most, Math.floor(config.sql_memory / SQL_BYTES_MIN)))
  return { count, memoryBytes: Math.floor(config.sql_memory / count) }
}

export type LogQueryConfig = z.output<typeof logQueryConfig>
