import type { Labels } from '@weir/model'

/** What holds back single alerts by their labels: silences. */
export interface Silencer {
  /** Ids of the silences that hold now; empty when the alert may be told. */
  silencedBy(labels: Labels, nowMs: number): readonly string[]
}
