import type { QueryStats } from '@weir/promql'

/** What an answer took: plain numbers, so that they can be posted from thread to thread. */
export interface QueryCost {
  readonly queuedMs: number
  readonly preparedMs: number
  readonly evaluatedMs: number
  readonly sortedMs: number
  /** Samples that steps looked at, 0 where nobody counted. */
  readonly samplesQueried: number
  readonly samplesRead: number
  readonly seriesRead: number
  readonly peakSamples: number
  readonly peakBytes: number
  /** Parts that other threads did. */
  readonly partsHelped: number
}

export function costOf(stats: QueryStats, queuedMs: number): QueryCost {
  const { preparedMs, evaluatedMs, sortedMs, samplesRead, seriesRead } = stats
  const { peakSamples, peakBytes, partsHelped } = stats
  let samplesQueried = 0
  for (const count of stats.samplesQueried) samplesQueried += count
  return {
    queuedMs,
    preparedMs,
    evaluatedMs,
    sortedMs,
    samplesQueried,
    samplesRead,
    seriesRead,
    peakSamples,
    peakBytes,
    partsHelped,
  }
}

/** `stats` of an answer and of a line of the query log. */
export interface StatsView {
  readonly timings: Readonly<Record<string, number>>
  readonly samples: Readonly<Record<string, unknown>>
}

/**
 * The cost in Prometheus's shape.
 *
 * @param perStep `[seconds, samples]` a step; undefined leaves it out
 * @param isOurs adds what Prometheus does not tell: samples and series read, bytes held
 * @see prometheus:util/stats/query_stats.go
 */
export function statsView(
  cost: QueryCost,
  perStep?: readonly (readonly [number, number])[],
  isOurs = false,
): StatsView {
  const evalMs = cost.preparedMs + cost.evaluatedMs + cost.sortedMs
  return {
    timings: {
      evalTotalTime: seconds(evalMs),
      resultSortTime: seconds(cost.sortedMs),
      queryPreparationTime: seconds(cost.preparedMs),
      innerEvalTime: seconds(cost.evaluatedMs),
      execQueueTime: seconds(cost.queuedMs),
      execTotalTime: seconds(evalMs + cost.queuedMs),
    },
    samples: {
      ...(perStep === undefined ? {} : { totalQueryableSamplesPerStep: perStep }),
      totalQueryableSamples: cost.samplesQueried,
      peakSamples: cost.peakSamples,
      ...(isOurs ? ours(cost) : {}),
    },
  }
}

function ours({ samplesRead, seriesRead, peakBytes, partsHelped }: QueryCost): object {
  return { samplesRead, seriesRead, peakBytes, partsHelped }
}

/** Whole microseconds: what lies below is noise of the clock. */
function seconds(ms: number): number {
  return Math.round(ms * 1000) / 1e6
}
