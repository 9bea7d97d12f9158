import { z } from 'zod'
import { readBinarySize, readByteSize } from './byte-size.ts'
import { readDuration } from './read-duration.ts'

/** A duration as Prometheus writes it (`1h30m`, `15s`, `0`), read as milliseconds. */
export const duration = z
  .union([z.string(), z.literal(0)], { error: ({ input }) => wantDuration(input) })
  .transform((text, context) => {
    const ms = text === 0 ? 0 : readDuration(text)
    if (ms === undefined) {
      context.addIssue({
        code: 'custom',
        message: wantDuration(text),
      })
      return z.NEVER
    }
    return ms
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
