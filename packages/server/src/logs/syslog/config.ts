import { z } from 'zod'
import { allowFrom } from '../../intake/allow-from.ts'
import { byteSize, duration } from '../../config/quantity.ts'
import { address } from '../../statsd/listener-config.ts'

const LOCAL = 'local'

/** `logs.syslog` in weir.yml. */
export const syslogConfig = z.strictObject({
  udp_listen: address
    .default('')
    .describe('Where syslog arrives by UDP, such as `127.0.0.1:5514`; empty: nowhere.'),
  tcp_listen: address
    .default('')
    .describe(
      'Where it arrives by TCP, with lengths before messages or a newline behind; empty: nowhere.',
    ),
  allow_from: allowFrom.describe(
    'Addresses and networks that may send, such as `10.0.0.0/8`; none: everybody who reaches the port.',
  ),
  time_zone: z
    .string()
    .default(LOCAL)
    .refine((zone) => zone === LOCAL || isZone(zone), {
      message: 'want the name of a time zone such as Europe/Berlin, UTC, or local',
    })
    .describe(
      'The zone of times that name none (RFC 3164): a name such as `Europe/Berlin`, or `local`.',
    ),
  read_buffer: byteSize
    .prefault('4MiB')
    .describe('UDP: receive buffer to ask the kernel for; 0 leaves what the system gives.'),
  max_message_bytes: byteSize
    .prefault('64KiB')
    .refine((bytes) => bytes >= 480 && bytes <= 2 ** 24, { message: 'want 480 bytes to 16MiB' })
    .describe('TCP: longest message; a longer one is passed over and counted.'),
  max_connections: z
    .int()
    .min(1)
    .default(256)
    .describe('TCP: more connections than this are closed at once and counted.'),
  idle_timeout: duration
    .prefault('1h')
    .describe('TCP: a connection that sends nothing for so long is closed; 0: never.'),
  max_queued_bytes: byteSize
    .prefault('16MiB')
    .refine((bytes) => bytes >= 65_536, { message: 'want at least 64KiB' })
    .describe(
      'Messages that wait for the disk. Beyond it datagrams are dropped and counted, and TCP connections are not read.',
    ),
})

export type SyslogConfig = z.output<typeof syslogConfig>

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
