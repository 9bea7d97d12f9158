/**
 * Lines of log as consumers of a pipeline write them: JSON, about 470 bytes, of twenty streams; levels, loggers
 * and topics repeat, numbers and users do not. The same seed, the same lines.
 */
const LOGGERS = ['kafka_source', 'validators', 'converters', 'iceberg', 'checkpoint'] as const
const TYPES = ['heartRate', 'steps', 'oxygenSaturation', 'bodyMass', 'sleep'] as const

const STREAMS = 20

export interface BenchLine {
  readonly stream: number
  readonly timeMs: number
  readonly text: string
}

/** `count` lines, `everyMs` apart, the first one at `fromMs`. */
export function* benchLines(count: number, fromMs: number, everyMs: number): Generator<BenchLine> {
  const random = randomOf(1)
  const whole = (below: number): number => Math.floor(random() * below)
  for (let i = 0; i < count; i++) {
    const stream = whole(STREAMS)
    const logger = LOGGERS[stream % LOGGERS.length]!
    const type = TYPES[whole(TYPES.length)]!
    const dice = random()
    const level = dice < 0.02 ? 'ERROR' : dice < 0.07 ? 'WARNING' : dice < 0.3 ? 'DEBUG' : 'INFO'
    const message =
      level === 'ERROR'
        ? `Failed to write batch ${100_000 + whole(900_000)} to health_data_raw: commit conflict after ${1 + whole(5)} attempts`
        : level === 'WARNING'
          ? `Validation failed: value ${(random() * 1000).toFixed(2)} out of range for ${type}`
          : `Processed record ${whole(1e9)} in ${(random() * 90).toFixed(3)} ms`
    const timeMs = fromMs + Math.floor(i * everyMs)
    const line = {
      timestamp: new Date(timeMs).toISOString(),
      level,
      logger: `flink_consumer.services.${logger}`,
      message,
      thread: { id: 140_000_000_000_000 + stream, name: `worker-${stream}` },
      source: { file: `${logger}.py`, line: 40 + whole(30), function: `process_${logger}` },
      process: { id: 1000 + stream, name: 'python' },
      context: {
        component: logger,
        job_id: `health-consumer-${stream % 4}`,
        kafka_topic: 'health-data-raw',
        kafka_partition: whole(12),
        kafka_offset: 1_000_000 + i,
        user_id: `user-${whole(50_000)}`,
        data_type: type,
      },
    }
    yield { stream, timeMs, text: JSON.stringify(line) }
  }
}

/** Numbers from 0 up to 1, the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
