import { z } from 'zod'
import { byteSize, duration } from '../config/quantity.ts'

/** `dashboards` in weir.yml: where dashboards are kept, and how many. */
export const dashboardsConfig = z.strictObject({
  directory: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder of dashboards as JSON files, one each: read, watched, and written when a dashboard is saved; made when it is not there. Without it they are kept in the data directory.',
    ),
  watch_every: duration
    .prefault('3s')
    .refine((ms) => ms >= 1000, { message: 'want at least 1s' })
    .describe('How often the folder is looked through for what others changed.'),
  max_bytes: byteSize
    .prefault('10MiB')
    .refine((bytes) => bytes >= 1024 && bytes <= 64 * 1024 * 1024, {
      message: 'want 1KiB to 64MiB',
    })
    .describe('Longest dashboard; longer ones are refused and counted.'),
  max_count: z
    .int()
    .min(1)
    .max(100_000)
    .default(5000)
    .describe(
      'Dashboards that are kept, those of packs not counted; more are refused and counted.',
    ),
  max_versions: z
    .int()
    .min(1)
    .max(1000)
    .default(20)
    .describe('Versions of each dashboard that can be looked up and brought back.'),
})

/** The `dashboards` section, checked. */
export type DashboardsConfig = z.output<typeof dashboardsConfig>
