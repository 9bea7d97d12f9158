import { z } from 'zod'
import { byteSize, duration } from '../config/quantity.ts'
import { meaningKeys } from './meaning.ts'

/** `host:port`; an empty host is every address of the machine. */
export const address = z.string().regex(/^(?:(?:\[[^\]]*\]|[^:]*):\d{1,5})?$/, {
  message: 'want host:port such as 127.0.0.1:8125, or an empty text to listen nowhere',
})

const openAddress = address.refine((text) => text !== '', {
  message: 'want host:port such as 127.0.0.1:8125; leave the listener out to listen nowhere',
})

/** The kernel keeps 108 bytes for the name of a Unix socket, its end counted. */
const PATH_BYTES_MAX = 107

const socketPath = z
  .string()
  .refine(
    (path) => path.length > 1 && Buffer.byteLength(path) <= PATH_BYTES_MAX && !path.includes('\0'),
    {
      message: `want the path of a Unix socket of at most ${PATH_BYTES_MAX} bytes, or @ and an abstract name`,
    },
  )

const socketMode = z
  .union([z.string(), z.int()], { error: 'want an octal mode such as 722' })
  .refine((mode) => /^0?o?[0-7]{3,4}$/.test(String(mode)), {
    message: 'want an octal mode such as 722',
  })
  .transform((mode) => Number.parseInt(String(mode).replace('o', ''), 8))
  .meta({ title: 'octal mode' })

export const maxLineBytes = byteSize.refine((bytes) => bytes >= 16 && bytes <= 65_536, {
  message: 'want 16 bytes to 64KiB',
})

/** Keys that only some transports have. */
const ONLY_FOR: Readonly<Record<string, readonly string[]>> = {
  read_buffer: ['udp', 'unixgram'],
  max_packet_bytes: ['unixgram', 'unixstream'],
  mode: ['unixgram', 'unixstream'],
  framing: ['unixstream'],
  max_connections: ['tcp', 'unixstream'],
  idle_timeout: ['tcp', 'unixstream'],
}

const TRANSPORTS = ['udp', 'tcp', 'unixgram', 'unixstream'] as const

const AS_ABOVE = 'As above, for this listener.'

/** {@link meaningKeys} as a listener may have them: what is left out is as in the `statsd` section. */
const ownMeaning = {
  gauges: meaningKeys.gauges.unwrap().optional().describe(AS_ABOVE),
  timer_unit: meaningKeys.timer_unit.unwrap().optional().describe(AS_ABOVE),
  parse_dogstatsd_tags: z.boolean().optional().describe(AS_ABOVE),
  parse_influxdb_tags: z.boolean().optional().describe(AS_ABOVE),
  parse_librato_tags: z.boolean().optional().describe(AS_ABOVE),
  parse_signalfx_tags: z.boolean().optional().describe(AS_ABOVE),
} as const

const listener = z
  .strictObject({
    udp: openAddress.optional().describe('Listen on UDP here, IPv4 or IPv6 (`[::]:8125`).'),
    tcp: openAddress.optional().describe('Listen on TCP here; lines end with a newline.'),
    unixgram: socketPath
      .optional()
      .describe('A Unix datagram socket: its path, or `@name` for an abstract one. Linux only.'),
    unixstream: socketPath
      .optional()
      .describe('A Unix stream socket: its path, or `@name` for an abstract one.'),
    ...ownMeaning,
    read_buffer: byteSize.optional().describe('As above; UDP and Unix datagram.'),
    max_line_bytes: maxLineBytes.optional().describe(AS_ABOVE),
    max_packet_bytes: byteSize
      .refine((bytes) => bytes >= 16 && bytes <= 65_535, { message: 'want 16 bytes to 65535' })
      .optional()
      .describe(
        'Longest datagram or length-framed packet of a Unix socket (default 8KiB); longer ones are refused and counted.',
      ),
    max_connections: z
      .int()
      .min(1)
      .optional()
      .describe('As `max_tcp_connections`; TCP and Unix stream.'),
    idle_timeout: duration.optional().describe('As `tcp_idle_timeout`; TCP and Unix stream.'),
    mode: socketMode
      .optional()
      .describe('Permissions of the socket file, octal (default 722: everybody may send).'),
    framing: z
      .enum(['auto', 'length', 'newline'])
      .default('auto')
      .describe(
        'How a Unix stream is cut: 4-byte lengths as DogStatsD clients send, newlines, or told apart by the first bytes of each connection.',
      ),
    eol_required: z
      .boolean()
      .default(false)
      .describe('Refuse and count a last line without a newline: it may have been cut.'),
  })
  .superRefine((given, context) => {
    const chosen = TRANSPORTS.filter((transport) => given[transport] !== undefined)
    if (chosen.length !== 1) {
      const message = `want one of udp, tcp, unixgram and unixstream, got ${chosen.length === 0 ? 'none' : chosen.join(' and ')}`
      context.addIssue({ code: 'custom', message })
      return
    }
    for (const [key, transports] of Object.entries(ONLY_FOR)) {
      const value = given[key as keyof typeof given]
      const isGiven = value !== undefined && !(key === 'framing' && value === 'auto')
      if (isGiven && !transports.includes(chosen[0]!)) {
        const message = `a ${chosen[0]} listener has no such key, only ${transports.join(' and ')}`
        context.addIssue({ code: 'custom', path: [key], message })
      }
    }
  })

export const listeners = z
  .array(listener)
  .max(64)
  .default([])
  .describe('More places where StatsD arrives, each with its own options.')

/** One entry of `statsd.listeners`, checked. */
export type ListenerConfig = z.output<typeof listener>
