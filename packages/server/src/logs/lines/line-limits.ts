import type { LogsConfig } from '../config.ts'

/** What a line may be. */
export interface LineLimits {
  /** How old it may be; 0 for any age. */
  readonly ageMaxMs: number
  readonly aheadMaxMs: number
  readonly lineBytesMax: number
  readonly metadataBytesMax: number
  readonly metadataFieldsMax: number
  readonly labelsMax: number
  readonly labelNameBytesMax: number
  readonly labelValueBytesMax: number
  readonly streamsMax: number
}

export function lineLimits(config: LogsConfig): LineLimits {
  return {
    ageMaxMs: config.retention_time,
    aheadMaxMs: config.max_ahead,
    lineBytesMax: config.max_line_bytes,
    metadataBytesMax: config.max_metadata_bytes,
    metadataFieldsMax: config.max_metadata_fields,
    labelsMax: config.max_labels,
    labelNameBytesMax: config.max_label_name_bytes,
    labelValueBytesMax: config.max_label_value_bytes,
    streamsMax: config.max_streams,
  }
}

/** Whether the store could keep a stream of these labels (`name, value, …`). */
export function areFitLabels(pairs: readonly string[], limits: LineLimits): boolean {
  if (pairs.length === 0 || pairs.length > 2 * limits.labelsMax) return false
  for (let i = 0; i < pairs.length; i += 2) {
    // UTF-8 has at least as many bytes as a string has units; most names and values are far from the limit.
    if (!isWithin(pairs[i]!, limits.labelNameBytesMax)) return false
    if (!isWithin(pairs[i + 1]!, limits.labelValueBytesMax)) return false
  }
  return true
}

function isWithin(text: string, bytesMax: number): boolean {
  if (text.length > bytesMax) return false
  return text.length * 3 <= bytesMax || Buffer.byteLength(text) <= bytesMax
}
