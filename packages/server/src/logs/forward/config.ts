import { z } from 'zod'
import { allowFrom } from '../../intake/allow-from.ts'
import { byteSize, duration } from '../../config/quantity.ts'
import { address } from '../../statsd/listener-config.ts'

const isTextLimit = (bytes: number): boolean => bytes >= 1024 && bytes <= 2 ** 30
const TEXT_LIMIT = { message: 'want 1KiB to 1GiB' }

const user = z.strictObject({
  username: z.string().min(1, { message: 'want a name' }).describe('Who sends.'),
  password: z.string().min(1, { message: 'want a password' }).describe('Its password.'),
})

/** `logs.forward` in weir.yml. */
export const forwardConfig = z
  .strictObject({
    listen: address
      .default('')
      .describe(
        "Where fluentd's forward protocol arrives by TCP, such as `127.0.0.1:24224`; empty: nowhere.",
      ),
    allow_from: allowFrom.describe(
      'Addresses and networks that may send, such as `10.0.0.0/8`; none: everybody who reaches the port.',
    ),
    shared_key: z
      .string()
      .min(1, { message: 'want a key' })
      .optional()
      .describe('The key that senders must know, `shared_key` in their configuration.'),
    shared_key_file: z.string().optional().describe('A file with that key; read when Weir starts.'),
    users: z
      .array(user)
      .default([])
      .describe('Senders must name one of these too; only with a shared key.'),
    self_hostname: z
      .string()
      .min(1, { message: 'want a name' })
      .optional()
      .describe(
        'What Weir calls itself in the handshake; the name of the machine unless told. A sender refuses one of its own name.',
      ),
    max_connections: z
      .int()
      .min(1)
      .default(256)
      .describe('More connections than this are closed at once and counted.'),
    idle_timeout: duration
      .prefault('1h')
      .describe('A connection that sends nothing for so long is closed; 0: never.'),
    max_chunk_bytes: byteSize
      .prefault('16MiB')
      .refine(isTextLimit, TEXT_LIMIT)
      .describe(
        'Longest message as it is sent; a longer one is refused without acknowledgement, and its connection ends.',
      ),
    max_unpacked_bytes: byteSize
      .prefault('64MiB')
      .refine(isTextLimit, TEXT_LIMIT)
      .describe('Longest message once unpacked; a longer one is refused.'),
    max_unacked_bytes: byteSize
      .prefault('64MiB')
      .refine(isTextLimit, TEXT_LIMIT)
      .describe(
        'Bytes of all connections that wait for their end or for the disk; a connection that brings more is closed and counted.',
      ),
    max_known_chunks: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(10_000)
      .describe(
        'Ids of chunks that are remembered: a chunk that is sent again is acknowledged and not kept twice.',
      ),
  })
  .superRefine((forward, context) => {
    const issue = (key: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [key], message })
    if (forward.max_unacked_bytes < forward.max_chunk_bytes) {
      issue('max_unacked_bytes', 'want at least max_chunk_bytes, or the longest would never pass')
    }
    const hasKey = forward.shared_key !== undefined || forward.shared_key_file !== undefined
    if (forward.users.length > 0 && !hasKey) issue('users', 'want a shared_key beside users')
    if (forward.shared_key !== undefined && forward.shared_key_file !== undefined) {
      issue('shared_key_file', 'want one of shared_key and shared_key_file')
    }
  })

export type ForwardConfig = z.output<typeof forwardConfig>
