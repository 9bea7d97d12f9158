import type { ParseOptions } from '@weir/wire'
import type { StatsdConfig } from '../statsd/config.ts'
import type { ListenerConfig } from '../statsd/listener-config.ts'
import { parseOptions } from '../statsd/parse-options.ts'
import type { Transport } from '../statsd/telemetry.ts'
import { Senders } from './senders.ts'

/** One way in, with all that is told or left to defaults. */
export interface Listener {
  readonly transport: Transport
  /** `host:port`, a path, or `@` and an abstract name. */
  readonly address: string
  /** What lines mean. */
  readonly parse: ParseOptions
  /** A last line without a newline is refused. */
  readonly eolRequired: boolean
  /** Datagram transports: what to ask the kernel for; 0 asks for nothing. */
  readonly readBufferBytes: number
  /** Unix sockets: the longest datagram or length-framed packet. */
  readonly maxPacketBytes: number
  readonly maxConnections: number
  /** 0: never. */
  readonly idleTimeoutMs: number
  /** Unix sockets: permissions of the file. */
  readonly mode: number
  readonly framing: 'auto' | 'length' | 'newline'
  /** UDP and TCP: who may send. */
  readonly senders: Senders
}

/** What DogStatsD's own server has. */
const PACKET_BYTES = 8192
const SOCKET_MODE = 0o722

/** What `statsd.listeners` asks for. */
export function listenersOf(config: StatsdConfig): Listener[] {
  return config.listeners.map((entry) => listenerOf(config, entry))
}

/** The listener that `listen` or `tcp_listen` stands for. */
export function plainListener(
  config: StatsdConfig,
  transport: 'udp' | 'tcp',
  address: string,
): Listener {
  return listenerOf(config, { [transport]: address, framing: 'auto', eol_required: false })
}

function listenerOf(config: StatsdConfig, entry: ListenerConfig): Listener {
  const { transport, address } = placeOf(entry)
  return {
    transport,
    address,
    parse: parseOptions(
      {
        gauges: entry.gauges ?? config.gauges,
        timer_unit: entry.timer_unit ?? config.timer_unit,
        parse_dogstatsd_tags: entry.parse_dogstatsd_tags ?? config.parse_dogstatsd_tags,
        parse_influxdb_tags: entry.parse_influxdb_tags ?? config.parse_influxdb_tags,
        parse_librato_tags: entry.parse_librato_tags ?? config.parse_librato_tags,
        parse_signalfx_tags: entry.parse_signalfx_tags ?? config.parse_signalfx_tags,
      },
      entry.max_line_bytes ?? config.max_line_bytes,
    ),
    eolRequired: entry.eol_required,
    readBufferBytes: entry.read_buffer ?? config.read_buffer,
    maxPacketBytes: entry.max_packet_bytes ?? PACKET_BYTES,
    maxConnections: entry.max_connections ?? config.max_tcp_connections,
    idleTimeoutMs: entry.idle_timeout ?? config.tcp_idle_timeout,
    mode: entry.mode ?? SOCKET_MODE,
    framing: entry.framing,
    senders: new Senders(config.allow_from),
  }
}

function placeOf(entry: ListenerConfig): Pick<Listener, 'transport' | 'address'> {
  if (entry.udp !== undefined) return { transport: 'udp', address: entry.udp }
  if (entry.tcp !== undefined) return { transport: 'tcp', address: entry.tcp }
  if (entry.unixgram !== undefined) return { transport: 'unixgram', address: entry.unixgram }
  return { transport: 'unixstream', address: entry.unixstream ?? '' } // the schema wants one of the four
}
