import { z } from 'zod'
import { allowFrom } from '../intake/allow-from.ts'
import { byteSize, duration } from '../config/quantity.ts'
import { address, listeners, maxLineBytes } from './listener-config.ts'
import { meaningKeys } from './meaning.ts'
import { relay } from './relay-config.ts'
import { checkMappings, mappingDefaults, mappingRule } from './mapping-file.ts'

/** `statsd` in weir.yml: the one place where its keys, defaults, limits and prose are written. */
export const statsdConfig = z
  .strictObject({
    listen: address
      .default('127.0.0.1:8125')
      .describe('Where StatsD arrives, UDP and TCP. Port 0 takes a free one; empty: nowhere.'),
    tcp_listen: address
      .optional()
      .describe('Where StatsD arrives by TCP, when not at `listen`; empty: not by TCP.'),
    allow_from: allowFrom.describe(
      'Addresses and networks that may send by UDP and TCP, such as `10.0.0.0/8`; none: everybody who reaches the port.',
    ),
    listeners,
    relay,
    flush_interval: duration
      .prefault('10s')
      .refine((ms) => ms >= 100, { message: 'want at least 100ms' })
      .describe('How often the aggregates are written as samples.'),
    mapping_config: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .describe(
        'statsd_exporter mapping files, one or a list, globs such as `mappings/*.yml` too; re-read on reload. The first with a rule for a name decides; all are tried before the packs’ rules.',
      ),
    mappings: z
      .array(mappingRule)
      .optional()
      .describe('Mapping rules written here, as in a mapping file; tried after `mapping_config`.'),
    defaults: mappingDefaults.optional().describe('Defaults of the rules under `mappings`.'),
    ...meaningKeys,
    read_buffer: byteSize
      .prefault('8MiB')
      .describe(
        'Receive buffer to ask the kernel for, UDP and Unix datagram; it gives no more than net.core.rmem_max, except for UDP on Linux when Weir has CAP_NET_ADMIN. 0 leaves what the system gives.',
      ),
    max_line_bytes: maxLineBytes
      .prefault('64KiB')
      .describe('Longer lines are refused and counted.'),
    max_tcp_connections: z
      .int()
      .min(1)
      .default(1024)
      .describe(
        'More connections than this to one TCP or Unix stream listener are closed at once and counted.',
      ),
    tcp_idle_timeout: duration
      .prefault('1h')
      .describe(
        'A TCP or Unix stream connection that sends nothing for so long is closed; 0: never.',
      ),
    max_series_per_metric: z
      .int()
      .min(1)
      .default(10_000)
      .describe('New series of a metric that has this many are refused and counted.'),
    max_series: z
      .int()
      .min(1)
      .default(1_000_000)
      .describe('New series are refused and counted when there are this many in all.'),
    max_set_members: z
      .int()
      .min(1)
      .default(100_000)
      .describe('Distinct members that one set counts between two flushes.'),
    ttl: duration
      .prefault('0')
      .describe(
        'A series that is not sent for so long goes, unless its rule says otherwise; 0: never.',
      ),
    keep_state: z
      .boolean()
      .default(true)
      .describe(
        'Whether counters, gauges, histograms and summaries go on after a restart, as of the last flush; else all begin anew.',
      ),
    max_state_bytes: byteSize
      .prefault('512MiB')
      .describe('When more than this would have to be kept, nothing is, and it is counted.'),
  })
  .superRefine(checkMappings)

/** The `statsd` section, checked. */
export type StatsdConfig = z.output<typeof statsdConfig>
