import type { SignalKind } from '@weir/packs'

/** Columns in the order of the API's `SIGNALS`; the words on the page. */
export const SIGNAL_TITLES: readonly (readonly [SignalKind, string])[] = [
  ['throughput', 'Throughput'],
  ['errors', 'Errors'],
  ['latency', 'Latency'],
  ['backlog', 'Backlog'],
  ['freshness', 'Freshness'],
]
