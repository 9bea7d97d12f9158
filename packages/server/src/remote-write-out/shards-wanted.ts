/** What a queue has seen lately; rates are a second's. */
export interface QueueRates {
  /** Samples that came into the store. */
  readonly inRate: number
  /** Samples that were sent. */
  readonly outRate: number
  /** Samples that were dropped on the way, by rules or for their age. */
  readonly droppedRate: number
  /** Seconds that requests took, of all shards together. */
  readonly busyRate: number
  /** Samples that wait, those counted that rules will drop. */
  readonly pending: number
}

/** A wish that differs by less from what is there is not worth a change. */
const TOLERANCE = 0.3
/** Of what waits, this part is to be caught up with in a second. */
const CATCH_UP = 0.05
/** While more seconds of samples wait, nothing is taken away. */
const BEHIND_SECONDS = 10

/**
 * How many shards a queue should have: as many requests at a time as it takes to send what comes, and
 * a part of what waits. Prometheus's formula, with what waits counted instead of guessed from
 * timestamps: `prometheus:storage/remote/queue_manager.go`, `calculateDesiredShards`.
 */
export function shardsWanted(
  rates: QueueRates,
  shards: number,
  bounds: { readonly min: number; readonly max: number },
): number {
  const { inRate, outRate, droppedRate, busyRate, pending } = rates
  if (outRate <= 0) return shards
  const kept = outRate / (outRate + droppedRate)
  const secondsPerSample = busyRate / outRate
  const wanted = Math.ceil(secondsPerSample * kept * (inRate + CATCH_UP * pending))
  const isClose = wanted >= shards * (1 - TOLERANCE) && wanted <= shards * (1 + TOLERANCE)
  if (isClose) return shards
  if (wanted < shards && pending > BEHIND_SECONDS * inRate) return shards
  return Math.min(bounds.max, Math.max(bounds.min, wanted))
}
