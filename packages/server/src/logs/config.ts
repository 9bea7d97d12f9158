import { z } from 'zod'
import { byteSize, duration } from '../config/quantity.ts'
import { logQueryConfig } from '../log-query/config.ts'
import { forwardConfig } from './forward/config.ts'
import { logMetricKeys } from './metrics/config.ts'
import { syslogConfig } from './syslog/config.ts'

const MORE_THAN_0 = { message: 'want more than 0' }
const isPositive = (n: number): boolean => n > 0

/**
 * `logs` in weir.yml: what is kept of lines of log, and what senders may send. Each way in and each other
 * part of logs that has keys of its own has an object for them.
 */
export const logsConfig = z.strictObject({
  retention_time: duration
    .prefault('30d')
    .describe(
      'How long lines are kept, by their own times; older ones are refused when they come. 0 for ever.',
    ),
  retention_size: byteSize
    .prefault('0')
    .describe('How much disk they may take; the oldest go first. 0 for as much as there is.'),
  recent_size: byteSize
    .prefault('24MiB')
    .refine((bytes) => bytes >= 2 ** 20 && bytes <= 2 ** 30, { message: 'want 1MiB to 1GiB' })
    .describe(
      'The newest lines lie in memory and in a journal on disk; when they are so many bytes they are written as a part, sorted and packed.',
    ),
  recent_time: duration
    .prefault('10m')
    .refine(isPositive, MORE_THAN_0)
    .describe('The same when the oldest of them has been there for so long.'),
  part_memory: byteSize
    .prefault('256MiB')
    .refine((bytes) => bytes >= 64 * 2 ** 20, { message: 'want at least 64MiB' })
    .describe(
      'Memory that DuckDB may use to write a part; an eighth of `memory.budget` at most, unless told.',
    ),
  max_ahead: duration
    .prefault('10m')
    .describe('How far in the future the time of a line may lie; later ones are refused.'),
  max_line_bytes: byteSize
    .prefault('256KiB')
    .refine((bytes) => bytes >= 1024 && bytes <= 2 ** 24, { message: 'want 1KiB to 16MiB' })
    .describe('Longest line; longer ones are refused and counted.'),
  max_metadata_bytes: byteSize
    .prefault('64KiB')
    .refine((bytes) => bytes >= 256 && bytes <= 2 ** 22, { message: 'want 256 bytes to 4MiB' })
    .describe('Longest of what a sender may say beside a line; a line with more is refused.'),
  max_metadata_fields: z
    .int()
    .positive()
    .default(128)
    .describe('Names that a sender may say beside a line; a line with more is refused.'),
  max_labels: z
    .int()
    .positive()
    .default(15)
    .describe('Labels of a stream; lines of a stream with more are refused.'),
  max_label_name_bytes: byteSize
    .prefault('1024')
    .refine(isPositive, MORE_THAN_0)
    .describe("Longest name of a stream's label."),
  max_label_value_bytes: byteSize
    .prefault('2KiB')
    .refine(isPositive, MORE_THAN_0)
    .describe("Longest value of a stream's label."),
  max_streams: z
    .int()
    .positive()
    .default(20_000)
    .describe('Streams that get lines within an hour; lines of further ones are refused.'),
  max_known_streams: z
    .int()
    .positive()
    .default(1_000_000)
    .describe(
      'Streams that are known at one time, those without new lines too; lines of further ones are refused.',
    ),
  max_queued_bytes: byteSize
    .prefault('256MiB')
    .refine(isPositive, MORE_THAN_0)
    .describe('Bytes of lines that may wait for their commit; more is told to come again (503).'),
  resource_labels: z
    .array(z.string().trim().min(1, { message: 'want the name of an attribute' }))
    .default([
      'service.name',
      'service.namespace',
      'deployment.environment',
      'deployment.environment.name',
      'cloud.region',
      'cloud.availability_zone',
      'k8s.cluster.name',
      'k8s.namespace.name',
      'k8s.container.name',
      'container.name',
      'k8s.replicaset.name',
      'k8s.deployment.name',
      'k8s.statefulset.name',
      'k8s.daemonset.name',
      'k8s.cronjob.name',
      'k8s.job.name',
    ])
    .describe(
      'Resource attributes of OTLP that become labels of the stream; the others are kept beside each line.',
    ),
  max_body_bytes: byteSize
    .prefault('16MiB')
    .refine((bytes) => bytes >= 1024 && bytes <= 2 ** 30, { message: 'want 1KiB to 1GiB' })
    .describe('Longest request as it is sent, packed; a longer one is refused with 413.'),
  max_unpacked_bytes: byteSize
    .prefault('64MiB')
    .refine((bytes) => bytes >= 1024 && bytes <= 2 ** 30, { message: 'want 1KiB to 1GiB' })
    .describe('Longest request once unpacked; a longer one is refused with 413.'),
  max_requests_in_flight: z
    .int()
    .positive()
    .default(128)
    .describe('Requests with lines under way; a further one is told to come again (503).'),
  max_bytes_in_flight: byteSize
    .prefault('128MiB')
    .refine(isPositive, MORE_THAN_0)
    .describe('Packed bytes of the requests under way; a further one is told to come again (503).'),
  max_sender_rate: byteSize
    .prefault('128MiB')
    .describe(
      'Unpacked bytes a second that an address may send in the long run; who is beyond it is told to come again (429). 0 for no limit.',
    ),
  max_sender_burst: byteSize
    .prefault('512MiB')
    .refine(isPositive, MORE_THAN_0)
    .describe('How much an address that was quiet may send at once.'),
  query: logQueryConfig.prefault({}).describe('What a question to the log store may take.'),
  forward: forwardConfig
    .prefault({})
    .describe("What fluentd and Fluent Bit send by fluentd's forward protocol."),
  syslog: syslogConfig.prefault({}).describe('What comes by syslog.'),
  rule_files: z
    .array(z.string())
    .default([])
    .describe('Rule files whose expressions are LogQL, as of Loki; globs are allowed.'),
  ...logMetricKeys,
})

export type LogsConfig = z.output<typeof logsConfig>
