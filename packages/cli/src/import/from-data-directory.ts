import type { ImportTarget, PrometheusData } from '@weir/server'

export interface ImportedData {
  readonly samples: number
  readonly metrics: number
  readonly blocks: number
  /** What was beside the blocks; null for none, as in a snapshot. */
  readonly head: {
    /** Whether its log ends within a record, as after a kill. */
    readonly breaksOff: boolean
    /** Samples of series that the log does not name, which were left out. */
    readonly nameless: number
  } | null
  readonly rejected: Readonly<Record<string, number>>
  /** A series of which something was refused. */
  readonly example: string
  /** How much was left out for damage, and of the first of it what. */
  readonly damaged: { readonly count: number; readonly told: readonly string[] }
}

/** All that a data directory of Prometheus has, request by request; each is durable before the next is read. */
export async function importFromDataDirectory(
  data: PrometheusData,
  target: ImportTarget,
  onRequest: (samples: number) => void,
): Promise<ImportedData> {
  let samples = 0
  let example = ''
  const rejected: Record<string, number> = {}
  for (const request of data.requests()) {
    const result = await target.send(request, 'remote_write', 1)
    samples += result.appended
    example ||= result.example
    for (const [reason, count] of Object.entries(result.rejected)) {
      rejected[reason] = (rejected[reason] ?? 0) + count
    }
    onRequest(samples)
  }
  const { count, told } = data.damage
  const { breaksOff, nameless } = data.notes
  return {
    samples,
    metrics: data.metrics.size,
    blocks: data.blockCount,
    head: data.hasHead ? { breaksOff, nameless } : null,
    rejected,
    example,
    damaged: { count, told },
  }
}
