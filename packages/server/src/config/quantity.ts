import { z } from 'zod'

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

const BYTE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
}

/** As Prometheus reads sizes of prometheus.yml: a kilobyte there has 1024 bytes. */
const BINARY_UNITS: Readonly<Record<string, number>> = {
  ...BYTE_UNITS,
  KB: 2 ** 10,
  MB: 2 ** 20,
  GB: 2 ** 30,
  TB: 2 ** 40,
}

/** A size such as `16MiB`, `10GB` or plain bytes, read as bytes. */
export const byteSize = sizeIn(BYTE_UNITS)

/** The same where Prometheus has the key: `10MB` are 10 MiB there. */
export const binarySize = sizeIn(BINARY_UNITS)

function sizeIn(units: Readonly<Record<string, number>>): z.ZodType<number, string | number> {
  return z
    .union([z.string(), z.number()], { error: ({ input }) => wantSize(input) })
    .transform((given, context) => {
      const parts = /^(\d+(?:\.\d+)?) ?([KMGT]?i?B)?$/.exec(String(given))
      const unit = parts === null ? undefined : units[parts[2] ?? '']
      if (parts === null || unit === undefined) {
        context.addIssue({
          code: 'custom',
          message: wantSize(given),
        })
        return z.NEVER
      }
      return Math.floor(Number(parts[1]) * unit)
    })
    .meta({ title: 'size' })
}

function wantDuration(got: unknown): string {
  return `want a duration such as 15s, 5m or 1h30m, got ${JSON.stringify(got)}`
}

function wantSize(got: unknown): string {
  return `want a size such as 16MiB, 10GB or a number of bytes, got ${JSON.stringify(got)}`
}
