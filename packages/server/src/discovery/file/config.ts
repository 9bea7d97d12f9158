import { z } from 'zod'
import { duration } from '../../config/quantity.ts'

const NAME = /^[^*]*(\*[^/]*)?\.(json|yml|yaml|JSON|YML|YAML)$/

/** An entry of `file_sd_configs`. */
export const fileSdConfig = z.strictObject({
  files: z
    .array(
      z
        .string()
        .regex(
          NAME,
          'want a name that ends in .json, .yml or .yaml, with a * in its last part only',
        ),
    )
    .min(1, 'want at least one file')
    .describe('JSON or YAML files with targets; `*` may stand in the last part.'),
  refresh_interval: duration
    .prefault('5m')
    .refine((ms) => ms > 0, { message: 'want more than 0' })
    .describe('How often they are read besides when they change.'),
})

export type FileSdConfig = z.output<typeof fileSdConfig>
