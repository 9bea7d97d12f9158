import type { Flags } from '@weir/server/serve'
import { type Command, Option } from 'commander'

/**
 * statsd_exporter's flags, so that the arguments of a manifest start Weir too: docs/statsd-exporter.md says
 * what each does. Yes-or-no flags are negated by `--no-`, as there.
 */
export interface ExporterOptions {
  readonly 'statsd.listenUdp'?: string
  readonly 'statsd.listenTcp'?: string
  readonly 'statsd.listenUnixgram'?: string
  readonly 'statsd.listenUnixstream'?: string
  readonly 'statsd.unixsocketMode'?: string
  readonly 'statsd.readBuffer'?: string
  readonly 'statsd.relay.address'?: string
  readonly 'statsd.relay.packetLength'?: string
  readonly 'statsd.parseDogstatsdTags'?: boolean
  readonly 'statsd.parseInfluxdbTags'?: boolean
  readonly 'statsd.parseLibratoTags'?: boolean
  readonly 'statsd.parseSignalfxTags'?: boolean
  readonly 'statsd.cacheSize'?: string
  readonly 'statsd.cacheType'?: string
  readonly 'statsd.eventQueueSize'?: string
  readonly 'statsd.eventFlushThreshold'?: string
  readonly 'statsd.eventFlushInterval'?: string
  readonly 'statsd.udpPacketQueueSize'?: string
  readonly 'web.listenAddress'?: string
  readonly 'web.telemetryPath'?: string
  readonly 'web.enableLifecycle'?: boolean
  readonly 'debug.dumpFsm'?: string
  readonly 'log.level'?: string
  readonly 'log.format'?: string
  readonly checkConfig?: boolean
}

/** Those that do something here; the help shows them. */
const SHOWN: readonly (readonly [flags: string, what: string])[] = [
  ['--statsd.listen-udp <host:port>', 'StatsD by UDP; empty: not there'],
  ['--statsd.listen-tcp <host:port>', 'StatsD by TCP; empty: not there'],
  ['--statsd.listen-unixgram <path>', 'StatsD by a Unix datagram socket too'],
  ['--statsd.listen-unixstream <path>', 'StatsD by a Unix stream socket too'],
  ['--statsd.unixsocket-mode <octal>', 'permissions of these two (default 755)'],
  ['--statsd.read-buffer <bytes>', 'receive buffer to ask the kernel for'],
  ['--statsd.relay.address <host:port>', 'send every line on to another StatsD server, by UDP'],
  ['--statsd.relay.packet-length <bytes>', 'longest packet sent on (default 1400)'],
  ['--web.listen-address <host:port>', 'the same as --listen'],
  ['--check-config', 'check configuration and mapping, start nothing'],
  ['--log.level <level>', 'the same as --log-level'],
]

const DIALECTS = ['dogstatsd', 'influxdb', 'librato', 'signalfx']

/** Those that may stand there and change nothing, and why. */
const WITHOUT_EFFECT: readonly (readonly [
  flags: string,
  key: keyof ExporterOptions,
  why: string,
])[] = [
  ['--statsd.cache-size <n>', 'statsd.cacheSize', 'Weir keeps every name that it has mapped'],
  ['--statsd.cache-type <type>', 'statsd.cacheType', 'Weir keeps every name that it has mapped'],
  ['--statsd.event-queue-size <n>', 'statsd.eventQueueSize', 'events wait for nobody in Weir'],
  [
    '--statsd.event-flush-threshold <n>',
    'statsd.eventFlushThreshold',
    'events wait for nobody in Weir',
  ],
  [
    '--statsd.event-flush-interval <time>',
    'statsd.eventFlushInterval',
    'events wait for nobody in Weir; samples are written every statsd.flush_interval',
  ],
  [
    '--statsd.udp-packet-queue-size <n>',
    'statsd.udpPacketQueueSize',
    'packets wait in the kernel; --statsd.read-buffer gives them more room',
  ],
  [
    '--debug.dump-fsm <file>',
    'debug.dumpFsm',
    '`weir check mapping` tells which rule a name meets',
  ],
  ['--web.enable-lifecycle', 'web.enableLifecycle', 'POST /-/reload is always there'],
  ['--log.format <format>', 'log.format', 'the log is JSON'],
]

/** Adds the flags to a command. */
export function withExporterFlags(command: Command): Command {
  for (const [flags, what] of SHOWN) command.option(flags, what)
  for (const dialect of DIALECTS) {
    command.option(`--statsd.parse-${dialect}-tags`, `read tags in the manner of ${dialect}`)
    command.addOption(new Option(`--no-statsd.parse-${dialect}-tags`).hideHelp())
  }
  for (const [flags] of WITHOUT_EFFECT) command.addOption(new Option(flags).hideHelp())
  command.addOption(new Option('--no-web.enable-lifecycle').hideHelp())
  command.addOption(new Option('--no-check-config').hideHelp())
  return command.addOption(
    new Option('--web.telemetry-path <path>', 'where the metrics page is')
      .choices(['/metrics'])
      .hideHelp(),
  )
}

/** What they say, in the server's words. */
export function exporterFlags(options: ExporterOptions): Partial<Flags> {
  const texts = {
    listenUdp: options['statsd.listenUdp'],
    listenTcp: options['statsd.listenTcp'],
    listenUnixgram: options['statsd.listenUnixgram'],
    listenUnixstream: options['statsd.listenUnixstream'],
    unixsocketMode: options['statsd.unixsocketMode'],
    readBuffer: options['statsd.readBuffer'],
    relayAddress: options['statsd.relay.address'],
    relayPacketLength: options['statsd.relay.packetLength'],
    parseDogstatsdTags: options['statsd.parseDogstatsdTags'],
    parseInfluxdbTags: options['statsd.parseInfluxdbTags'],
    parseLibratoTags: options['statsd.parseLibratoTags'],
    parseSignalfxTags: options['statsd.parseSignalfxTags'],
  }
  const given = Object.entries(texts).filter(([, value]) => value !== undefined)
  const listen = options['web.listenAddress']
  const level = options['log.level']
  return {
    statsd: Object.fromEntries(given),
    ...(listen === undefined ? {} : { listen }),
    ...(level === undefined ? {} : { logLevel: level }),
  }
}

/** A line for each flag that changes nothing, so that nobody relies on it. */
export function withoutEffect(options: ExporterOptions): string[] {
  return WITHOUT_EFFECT.filter(([, key]) => options[key] !== undefined).map(
    ([flags, , why]) => `${flags.split(' ')[0]!} has no effect: ${why}`,
  )
}
