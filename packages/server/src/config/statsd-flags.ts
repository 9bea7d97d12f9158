import { WeirError } from '@weir/model'
import { z } from 'zod'
import { statsdConfig, type StatsdConfig } from '../statsd/config.ts'
import { redactText } from './redact-text.ts'

/** statsd_exporter's flags about StatsD, as they were typed. What they are in weir.yml: {@link withStatsdFlags}. */
export interface StatsdFlags {
  readonly listenUdp?: string
  readonly listenTcp?: string
  readonly listenUnixgram?: string
  readonly listenUnixstream?: string
  readonly unixsocketMode?: string
  readonly readBuffer?: string
  readonly relayAddress?: string
  readonly relayPacketLength?: string
  readonly parseDogstatsdTags?: boolean
  readonly parseInfluxdbTags?: boolean
  readonly parseLibratoTags?: boolean
  readonly parseSignalfxTags?: boolean
}

/** The exporter's default; Weir's own listeners let everybody send (722). */
const EXPORTER_SOCKET_MODE = '755'

const KEYS = statsdConfig.shape
/** Relay targets and listeners with Weir's defaults, a list each. */
const LISTS = z.object({ listeners: KEYS.listeners, relay: KEYS.relay })

/**
 * The `statsd` section with what the flags say in place of it. A flag beats a key; listeners and relay targets
 * of the flags come beside those of the file.
 *
 * @throws {WeirError} `CONFIG_INVALID` naming the flag
 */
export function withStatsdFlags(statsd: StatsdConfig, flags: StatsdFlags): StatsdConfig {
  const mode = flags.unixsocketMode ?? EXPORTER_SOCKET_MODE
  const listeners = [
    ...listenerOf('--statsd.listen-unixgram', { unixgram: flags.listenUnixgram, mode }),
    ...listenerOf('--statsd.listen-unixstream', { unixstream: flags.listenUnixstream, mode }),
  ]
  return {
    ...statsd,
    listen: read('--statsd.listen-udp', KEYS.listen, flags.listenUdp ?? statsd.listen),
    ...(flags.listenTcp === undefined
      ? {}
      : { tcp_listen: read('--statsd.listen-tcp', KEYS.tcp_listen, flags.listenTcp) }),
    read_buffer: read(
      '--statsd.read-buffer',
      KEYS.read_buffer,
      flags.readBuffer ?? statsd.read_buffer,
    ),
    parse_dogstatsd_tags: flags.parseDogstatsdTags ?? statsd.parse_dogstatsd_tags,
    parse_influxdb_tags: flags.parseInfluxdbTags ?? statsd.parse_influxdb_tags,
    parse_librato_tags: flags.parseLibratoTags ?? statsd.parse_librato_tags,
    parse_signalfx_tags: flags.parseSignalfxTags ?? statsd.parse_signalfx_tags,
    listeners: [...statsd.listeners, ...listeners],
    relay: [...statsd.relay, ...relayOf(flags)],
  }
}

function listenerOf(
  flag: string,
  given: {
    readonly unixgram?: string | undefined
    readonly unixstream?: string | undefined
    readonly mode: string
  },
): StatsdConfig['listeners'] {
  const path = given.unixgram ?? given.unixstream ?? ''
  if (path === '') return []
  return read(flag, LISTS, { listeners: [given] }).listeners
}

function relayOf({ relayAddress = '', relayPacketLength }: StatsdFlags): StatsdConfig['relay'] {
  if (relayAddress === '') return []
  const target = {
    address: relayAddress,
    ...(relayPacketLength === undefined ? {} : { packet_length: Number(relayPacketLength) }),
  }
  return read('--statsd.relay.address', LISTS, { relay: [target] }).relay
}

function read<S extends z.ZodType>(flag: string, schema: S, given: unknown): z.output<S> {
  const result = schema.safeParse(given)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const shown = typeof given === 'string' ? ` ${JSON.stringify(redactText(given))}` : ''
  throw new WeirError('CONFIG_INVALID', `Cannot use ${flag}${shown}: ${issue!.message}`)
}
