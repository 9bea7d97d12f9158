import { z } from 'zod'
import { byteSize } from '../config/quantity.ts'

/** `remote_read_server` in weir.yml: what readers may ask of `/api/v1/read`. */
export const remoteReadServer = z.strictObject({
  max_concurrent: z
    .int()
    .positive()
    .default(10)
    .describe('Remote reads under way; further ones wait, no longer than query.timeout.'),
  max_samples: z
    .int()
    .positive()
    .default(50_000_000)
    .describe('Samples in an answer that is no stream; more are refused.'),
  max_answer_bytes: byteSize
    .prefault('256MiB')
    .refine((bytes) => bytes >= 1024 && bytes <= 2 ** 30, { message: 'want 1KiB to 1GiB' })
    .describe('Longest answer that is no stream, before it is packed.'),
  max_frame_bytes: byteSize
    .prefault('1MiB')
    .refine((bytes) => bytes >= 1024 && bytes <= 2 ** 24, { message: 'want 1KiB to 16MiB' })
    .describe('A frame of a stream ends with the chunk that reaches this.'),
})

export type RemoteReadConfig = z.output<typeof remoteReadServer>
