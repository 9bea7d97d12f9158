import { z } from 'zod'
import { duration } from '../../config/quantity.ts'

const TYPES = ['SRV', 'A', 'AAAA', 'MX', 'NS'] as const

/** An entry of `dns_sd_configs`. */
export const dnsSdConfig = z
  .strictObject({
    names: z.array(z.string()).min(1, 'want at least one name').describe('Names to resolve.'),
    type: z
      .string()
      .transform((text) => text.toUpperCase())
      .pipe(z.enum(TYPES))
      .default('SRV')
      .meta({ title: TYPES.join(', ') })
      .describe('Which records are asked for; SRV unless told.'),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .default(0)
      .describe('The port of the targets; SRV records have their own.'),
    refresh_interval: duration
      .prefault('30s')
      .refine((ms) => ms > 0, { message: 'want more than 0' })
      .describe('How often the names are resolved.'),
  })
  .superRefine(({ type, port }, context) => {
    if (type === 'SRV' || port > 0) return
    context.addIssue({
      code: 'custom',
      path: ['port'],
      message: `want a port, because type is ${type}`,
    })
  })

export type DnsSdConfig = z.output<typeof dnsSdConfig>
