import type { HistogramSeries, MetricFamily, NumberSeries } from '../metrics/family.ts'
import { Observations } from './observations.ts'
import type { MetricOutput, OutputContext, RunningOutput } from './output.ts'
import {
  type StatsdDialect,
  counterLine,
  gaugeLines,
  headOf,
  observationLines,
  packLines,
} from './statsd-lines.ts'
import { type StatsdTransport, streamTransport, udpTransport } from './statsd-transport.ts'

export interface StatsdOptions {
  /** 127.0.0.1 unless told. */
  readonly host?: string
  /** 8125 unless told. */
  readonly port?: number
  /** `tcp` has lines ended by newlines; `udp` unless told. */
  readonly protocol?: 'udp' | 'tcp'
  /** A Unix stream socket instead (`unixstream` at Weir). Node has no Unix datagrams. */
  readonly socketPath?: string
  readonly intervalMs?: number
  /** 1432 unless told: what passes an Ethernet in one piece. */
  readonly packetBytesMax?: number
}

/** Series with observations between two flushes; those of more are dropped and counted. */
const OBSERVED_SERIES_MAX = 2000

/** Plain StatsD: the values of labels follow the name, `kafka_records_consumed_total.orders:5|c`. */
export function statsd(options: StatsdOptions = {}): MetricOutput {
  return { name: 'statsd', start: (context) => startStatsd(options, 'name', context) }
}

/** StatsD with DogStatsD's tags: labels stay labels. Weir, the Datadog Agent and Telegraf take it. */
export function dogStatsd(options: StatsdOptions = {}): MetricOutput {
  return { name: 'dogstatsd', start: (context) => startStatsd(options, 'tags', context) }
}

function startStatsd(
  options: StatsdOptions,
  dialect: StatsdDialect,
  { source, intervalMs, onError }: OutputContext,
): RunningOutput {
  const transport = transportOf(options, onError)
  const { packetBytesMax = 1432 } = options
  const observations = new Observations(OBSERVED_SERIES_MAX)
  const stopWatching = source.watch?.(({ name, unit }, labels, value) => {
    observations.add(name, unit, labels, value)
  })
  const deltas = new Deltas(dialect)
  let tooLong = 0
  const send = async (): Promise<void> => {
    try {
      const families = await source.collect()
      // With nobody there, counters wait in their totals: nothing is lost, and nothing piles up.
      if (!transport.isOpen()) return
      const observed = observations.take()
      const lines = [
        ...families.flatMap((family) => deltas.linesOf(family)),
        ...observed.flatMap(({ name, labels, ...values }) =>
          observationLines(headOf(name, labels, dialect), values, dialect),
        ),
      ]
      const packed = packLines(lines, packetBytesMax)
      tooLong += packed.tooLong
      for (const packet of packed.packets) transport.send(packet)
    } catch (thrown) {
      onError(new Error('Cannot send the metrics by StatsD', { cause: thrown }))
    }
  }
  const timer = setInterval(() => void send(), options.intervalMs ?? intervalMs)
  timer.unref()
  const flush = async (): Promise<void> => {
    await send()
    await transport.flush()
  }
  return {
    ready: Promise.resolve(),
    flush,
    close: async () => {
      clearInterval(timer)
      stopWatching?.()
      await flush()
      transport.close()
    },
    stats: () => {
      const { sent, dropped, queuedBytes } = transport.stats()
      return { sent, dropped: dropped + tooLong + observations.dropped, queuedBytes }
    },
  }
}

function transportOf(
  { host = '127.0.0.1', port = 8125, protocol = 'udp', socketPath }: StatsdOptions,
  onError: (error: Error) => void,
): StatsdTransport {
  if (socketPath !== undefined) {
    return streamTransport({ path: socketPath, framing: 'length' }, onError)
  }
  if (protocol === 'tcp') return streamTransport({ host, port, framing: 'newline' }, onError)
  return udpTransport({ host, port }, onError)
}

/** Totals as StatsD wants them: what was added since the last flush. */
class Deltas {
  readonly #dialect: StatsdDialect
  #totals = new Map<string, number>()

  constructor(dialect: StatsdDialect) {
    this.#dialect = dialect
  }

  linesOf({ name, type, series, isWatched }: MetricFamily): string[] {
    switch (type) {
      case 'counter':
        return (series as readonly NumberSeries[]).flatMap(({ labels, value }) =>
          this.#counter(name, labels, value),
        )
      case 'gauge':
        return (series as readonly NumberSeries[]).flatMap(({ labels, value }) =>
          gaugeLines(headOf(name, labels, this.#dialect), value),
        )
      case 'histogram':
        // The observations themselves go out, so that sums need not.
        return isWatched === true ? [] : this.#sums(name, series as readonly HistogramSeries[])
      default:
        return type satisfies never
    }
  }

  #counter(name: string, labels: NumberSeries['labels'], total: number): string[] {
    const head = headOf(name, labels, this.#dialect)
    const key = head.name + head.tags
    const known = this.#totals.get(key)
    this.#totals.set(key, total)
    // Below what it was: the counter was reset, and all of it is new.
    const by = known === undefined || total < known ? total : total - known
    // A new counter says 0, so that it is there before it moves; a quiet one says nothing.
    return by === 0 && known !== undefined ? [] : [counterLine(head, by)]
  }

  #sums(name: string, series: readonly HistogramSeries[]): string[] {
    return series.flatMap(({ labels, histogram }) => [
      ...this.#counter(`${name}_sum`, labels, Math.max(0, histogram.sum)),
      ...this.#counter(`${name}_count`, labels, histogram.count),
    ])
  }
}
