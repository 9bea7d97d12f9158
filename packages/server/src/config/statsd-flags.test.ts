import { expect, test } from 'vitest'
import { statsdConfig } from '../statsd/config.ts'
import { type StatsdFlags, withStatsdFlags } from './statsd-flags.ts'

const file = statsdConfig.parse({
  listen: '127.0.0.1:1',
  listeners: [{ tcp: '127.0.0.1:2' }],
  relay: [{ address: 'a:1' }],
  parse_librato_tags: false,
})

test('without flags all is as the file says', () => {
  expect(withStatsdFlags(file, {})).toEqual(file)
})

test('flags beat keys; listeners and targets come beside those of the file', () => {
  const flags: StatsdFlags = {
    listenUdp: ':9125',
    listenTcp: '',
    listenUnixgram: '/run/a.sock',
    listenUnixstream: '@b',
    unixsocketMode: '777',
    readBuffer: '1048576',
    relayAddress: 'b:2',
    relayPacketLength: '512',
    parseLibratoTags: true,
    parseDogstatsdTags: false,
  }
  expect(withStatsdFlags(file, flags)).toMatchObject({
    listen: ':9125',
    tcp_listen: '',
    read_buffer: 1_048_576,
    parse_librato_tags: true,
    parse_dogstatsd_tags: false,
    parse_influxdb_tags: true,
    listeners: [
      { tcp: '127.0.0.1:2' },
      { unixgram: '/run/a.sock', mode: 0o777 },
      { unixstream: '@b', mode: 0o777 },
    ],
    relay: [
      { address: 'a:1', packet_length: 1400 },
      { address: 'b:2', packet_length: 512, protocol: 'udp' },
    ],
  })
})

test('a Unix socket by flag has the exporter’s mode, and an empty flag says nothing', () => {
  const { listeners, relay } = withStatsdFlags(file, {
    listenUnixgram: '/run/a.sock',
    listenUnixstream: '',
    relayAddress: '',
  })
  expect(listeners[1]).toMatchObject({ unixgram: '/run/a.sock', mode: 0o755 })
  expect([listeners.length, relay.length]).toEqual([2, 1])
})

test.each<[StatsdFlags, string]>([
  [{ listenUdp: 'nowhere' }, 'Cannot use --statsd.listen-udp "nowhere": want host:port'],
  [{ listenTcp: '8125' }, 'Cannot use --statsd.listen-tcp "8125": want host:port'],
  [{ listenUnixgram: '/x', unixsocketMode: '999' }, 'octal mode'],
  [{ listenUnixgram: 'x'.repeat(200) }, 'at most 107 bytes'],
  [{ readBuffer: 'much' }, 'Cannot use --statsd.read-buffer "much"'],
  [{ relayAddress: 'somewhere' }, 'Cannot use --statsd.relay.address: want host:port'],
  [{ relayAddress: 'a:1', relayPacketLength: 'x' }, 'Cannot use --statsd.relay.address'],
])('%j is refused', (flags, why) => {
  expect(() => withStatsdFlags(file, flags)).toThrow(why)
})
