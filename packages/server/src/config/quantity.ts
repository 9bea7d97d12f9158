import { z } from 'zod'
import { readBinarySize, readByteSize } from './byte-size.ts'

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
}
const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/
const UNITS = ['y', 'w', 'd', 'h', 'm', 's', 'ms'] as const

/** A duration as Prometheus writes it (`1h30m`, `15s`, `0`), read as milliseconds. */
export const duration = z
  .union([z.string(), z.literal(0)], { error: ({ input }) => wantDuration(input) })
  .transform((text, context) => {
    if (text === 0 || text === '0') return 0
    const parts = text === '' ? null : DURATION.exec(text)
    if (parts === null) {
      context.addIssue({
        code: 'custom',
        message: wantDuration(text),
      })
      return z.NEVER
    }
    return UNITS.reduce((sum, unit, i) => sum + Number(parts[i + 1] ?? 0) * UNIT_MS[unit]!, 0)
  })
  .meta({ title: 'duration' })

/** A size such as `16MiB`, `10GB` or plain bytes, read as bytes. */
export const byteSize = sizeBy(readByteSize)

/** The same where Prometheus has the key: `10MB` are 10 MiB there. */
export const binarySize = sizeBy(readBinarySize)

function sizeBy(read: typeof readByteSize): z.ZodType<number, string | number> {
  return z
    .union([z.string(), z.number()], { error: ({ input }) => wantSize(input) })
    .transform((given, context) => {
      const bytes = read(String(given))
      if (bytes !== undefined) return bytes
      context.addIssue({ code: 'custom', message: wantSize(given) })
      return z.NEVER
    })
    .meta({ title: 'size' })
}

function wantDuration(got: unknown): string {
  return `want a duration such as 15s, 5m or 1h30m, got ${JSON.stringify(got)}`
}

function wantSize(got: unknown): string {
  return `want a size such as 16MiB, 10GB or a number of bytes, got ${JSON.stringify(got)}`
}
