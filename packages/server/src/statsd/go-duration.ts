import { z } from 'zod'

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g
const WHOLE = /^-?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/

/**
 * A duration as Go writes it and mapping files hold it (`1m20s`, `1.5h`, no days), read as
 * milliseconds. A bare number is nanoseconds, because that is what statsd_exporter makes of it.
 */
export const goDuration = z
  .union([z.string(), z.number()])
  .transform((given, context) => {
    const ms = typeof given === 'number' ? given * 1e-6 : readGoDuration(given)
    if (ms !== undefined && ms >= 0) return ms
    context.addIssue({
      code: 'custom',
      message: `want a duration such as 30s, 1m20s or 1.5h (no days), not negative, got ${JSON.stringify(given)}`,
    })
    return z.NEVER
  })
  .meta({ title: 'Go duration' })

function readGoDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (!WHOLE.test(text)) return undefined
  let ms = 0
  for (const [, amount, unit] of text.matchAll(PART)) ms += Number(amount) * UNIT_MS[unit!]!
  return text.startsWith('-') ? -ms : ms
}
