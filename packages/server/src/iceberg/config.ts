import { z } from 'zod'
import { byteSize } from '../config/quantity.ts'

/** `iceberg` in weir.yml: reports of Iceberg's writers and readers. */
export const icebergConfig = z.strictObject({
  max_body_bytes: byteSize
    .prefault('1MiB')
    .refine((bytes) => bytes >= 1024 && bytes <= 2 ** 26, { message: 'want 1KiB to 64MiB' })
    .describe('Longest report as it is sent, packed or not; a longer one is refused with 413.'),
  max_tables: z
    .int()
    .positive()
    .max(100_000)
    .default(1000)
    .describe(
      'Tables whose counts are remembered; of more, the one that was silent longest begins anew.',
    ),
})

export type IcebergConfig = z.output<typeof icebergConfig>
