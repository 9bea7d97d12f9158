import { type MetricMetadata, type Queryable, WeirError } from '@weir/model'

import type { ReaderSeat } from './seat.ts'

/** A thread's view of the store. */
export interface Reader extends Queryable, Disposable {
  /** What is known about metric names. */
  metadata(): ReadonlyMap<string, MetricMetadata>
}

/** Takes a seat that `Store.seat` gave, on the thread that will read. */
export function openReader(seat: ReaderSeat): Reader {
  throw new WeirError('BUG', `Cannot read ${seat.path}: not built yet`)
}
