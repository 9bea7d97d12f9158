import { z } from 'zod'
import { byteSize } from '../config/quantity.ts'

const TEXT_MAX = { message: 'want 1KiB to 1GiB' }
const isTextLimit = (bytes: number): boolean => bytes >= 1024 && bytes <= 2 ** 30

/** The limits that every way of pushing by HTTP has, as keys of its section in weir.yml. */
export const pushLimits = {
  max_body_bytes: byteSize
    .prefault('16MiB')
    .refine(isTextLimit, TEXT_MAX)
    .describe('Longest request as it is sent, packed; a longer one is refused with 413.'),
  max_unpacked_bytes: byteSize
    .prefault('64MiB')
    .refine(isTextLimit, TEXT_MAX)
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
}

/** What {@link pushLimits} make once they are read. */
export interface PushLimits {
  readonly max_body_bytes: number
  readonly max_unpacked_bytes: number
  readonly max_samples: number
  readonly max_requests_in_flight: number
  readonly max_bytes_in_flight: number
}
