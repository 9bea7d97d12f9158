import type { MetricMetadata } from '@weir/model'

import type { Core } from './core.ts'
import type { QueuedSamples } from './sample-queue.ts'

/** A table's key has no room for more; nobody queries such a metric. */
const NAME_BYTES_MAX = 1024
/** More names than anybody has; each is in the memory of every thread that reads. */
const NAMES_MAX = 200_000
/** Of a longer text the beginning is kept: it is for people. */
const TEXT_CHARS_MAX = 16 * 1024

/**
 * Descriptions of these batches that differ from what is known. What cannot be kept is counted and left
 * out: it must not take the samples of its transaction along, which are those of many senders.
 */
export function newMetadata(
  core: Core,
  batches: readonly Pick<QueuedSamples, 'metadata'>[],
): Map<string, MetricMetadata> {
  const changed = new Map<string, MetricMetadata>()
  let refused = 0
  for (const batch of batches) {
    for (const [name, given] of batch.metadata) {
      const metadata = shortened(given)
      const known = core.metadata.get(name)
      if (known !== undefined && isSame(known, metadata)) continue
      const isFull = known === undefined && core.metadata.size + changed.size >= NAMES_MAX
      if (isFull || !isKey(name)) refused++
      else changed.set(name, metadata)
    }
  }
  core.metadataRefused += refused
  return changed
}

function shortened({ type, help, unit }: MetricMetadata): MetricMetadata {
  return { type, help: beginning(help), unit: beginning(unit) }
}

function beginning(text: string): string {
  return text.length > TEXT_CHARS_MAX ? `${text.slice(0, TEXT_CHARS_MAX)}…` : text
}

function isSame(a: MetricMetadata, b: MetricMetadata): boolean {
  return a.type === b.type && a.help === b.help && a.unit === b.unit
}

function isKey(name: string): boolean {
  return name !== '' && name.length <= NAME_BYTES_MAX && Buffer.byteLength(name) <= NAME_BYTES_MAX
}
