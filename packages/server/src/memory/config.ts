import { z } from 'zod'
import { byteSize } from '../config/quantity.ts'

/** `memory` in weir.yml. */
export const memoryConfig = z.strictObject({
  budget: byteSize
    .refine((bytes) => bytes >= 128 * 2 ** 20, { message: 'want at least 128MiB' })
    .optional()
    .describe(
      'How much memory Weir is to make do with; without it nine tenths of what its cgroup (container, unit) may take, else three quarters of the machine’s.',
    ),
})
