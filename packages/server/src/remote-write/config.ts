import { z } from 'zod'
import { byteSize } from '../config/quantity.ts'

/** `remote_write_receiver` in weir.yml: what senders may send to `/api/v1/write`. */
export const remoteWriteReceiver = z.strictObject({
  max_body_bytes: byteSize
    .prefault('16MiB')
    .refine((bytes) => bytes >= 1024 && bytes <= 2 ** 30, { message: 'want 1KiB to 1GiB' })
    .describe('Longest request as it is sent, packed; a longer one is refused with 413.'),
  max_unpacked_bytes: byteSize
    .prefault('64MiB')
    .refine((bytes) => bytes >= 1024 && bytes <= 2 ** 30, { message: 'want 1KiB to 1GiB' })
    .describe(
      'Longest request once unpacked; a longer one is refused with 413, before it is unpacked.',
    ),
  max_samples: z
    .int()
    .positive()
    .default(500_000)
    .describe(
      'Samples, histograms and exemplars in one request; one with more is refused with 413.',
    ),
  max_requests_in_flight: z
    .int()
    .positive()
    .default(128)
    .describe('Requests under way; a further one is told to come again (503).'),
  max_bytes_in_flight: byteSize
    .prefault('128MiB')
    .describe('Packed bytes of the requests under way; a further one is told to come again (503).'),
})

export type RemoteWriteConfig = z.output<typeof remoteWriteReceiver>
