import type { LabelPairs } from '../metrics/family.ts'

/** `tags` as DogStatsD writes them; `name`: a dot and the label's value after the name, for plain StatsD. */
export type StatsdDialect = 'tags' | 'name'

/**
 * What the custom pack of Weir calls a stage's figures: the series it makes of these StatsD names
 * are the ones that a page or a push carries under the names on the left.
 */
const STAGE_NAMES: Readonly<Record<string, string>> = {
  pipeline_stage_records_total: 'records',
  pipeline_stage_errors_total: 'errors',
  pipeline_stage_latency_seconds: 'latency',
  pipeline_stage_backlog: 'backlog',
  pipeline_stage_last_success_timestamp_seconds: 'last_success',
}

/** The name and the tags of a series: all of a line but its value. */
export interface StatsdHead {
  readonly name: string
  /** `|#key:value,…`, or nothing. */
  readonly tags: string
}

export function headOf(metric: string, labels: LabelPairs, dialect: StatsdDialect): StatsdHead {
  const stage = STAGE_NAMES[metric]
  if (dialect === 'tags') {
    const tags = labels.map(([key, value]) => `${key}:${cleanTag(value)}`).join(',')
    return {
      name: stage === undefined ? metric : `weir.stage.${stage}`,
      tags: tags === '' ? '' : `|#${tags}`,
    }
  }
  const values = labels.map(([, value]) => cleanPart(value))
  return {
    name:
      stage === undefined
        ? [metric, ...values].join('.')
        : `weir.pipeline.${values.join('.')}.${stage}`,
    tags: '',
  }
}

/** What ends a tag, a field or a line cannot be in one. */
function cleanTag(value: string): string {
  return value.replaceAll(/[,|#\r\n]/g, '_')
}

/** A dot would be the border to the next part; a colon the end of the name. */
function cleanPart(value: string): string {
  return value.replaceAll(/[.:|@#,\s]/g, '_')
}

export function counterLine({ name, tags }: StatsdHead, by: number): string {
  return `${name}:${by}|c${tags}`
}

/** A sign means "change by" to many servers, so a value below 0 goes in two steps: to 0, then down. */
export function gaugeLines({ name, tags }: StatsdHead, value: number): string[] {
  const line = `${name}:${value}|g${tags}`
  return value < 0 ? [`${name}:0|g${tags}`, line] : [line]
}

/**
 * Observations of one series. Servers take `ms` for milliseconds and make seconds of them; what is in
 * another unit is a histogram, which stays as it is sent.
 */
export function observationLines(
  { name, tags }: StatsdHead,
  { unit, values, rate }: { unit: string; values: readonly number[]; rate: number },
  dialect: StatsdDialect,
): string[] {
  const isTime = unit === 's'
  const type = isTime ? 'ms' : 'h'
  const sampled = rate < 1 ? `|@${Number(rate.toPrecision(6))}` : ''
  const texts = values.map((value) => String(isTime ? roundMs(value * 1000) : value))
  // Packed values are DogStatsD's; plain StatsD repeats the line.
  if (dialect === 'name') return texts.map((text) => `${name}:${text}|${type}${sampled}`)
  const lines: string[] = []
  for (let from = 0; from < texts.length; from += PACKED_MAX) {
    lines.push(`${name}:${texts.slice(from, from + PACKED_MAX).join(':')}|${type}${sampled}${tags}`)
  }
  return lines
}

/** Values in a line: about 20 characters each at most, well within a datagram. */
const PACKED_MAX = 32

/** Nanoseconds are enough, and 0.1 + 0.2 has no seventeen digits. */
function roundMs(ms: number): number {
  return Math.round(ms * 1e6) / 1e6
}

/** Lines put together into datagrams of at most `bytesMax`; a longer line is left out and counted. */
export function packLines(
  lines: readonly string[],
  bytesMax: number,
): { readonly packets: Buffer[]; readonly tooLong: number } {
  const packets: Buffer[] = []
  let packet: string[] = []
  let bytes = 0
  let tooLong = 0
  const send = (): void => {
    if (packet.length > 0) packets.push(Buffer.from(packet.join('\n')))
    packet = []
    bytes = 0
  }
  for (const line of lines) {
    const length = Buffer.byteLength(line)
    if (length > bytesMax) {
      tooLong++
      continue
    }
    if (bytes + length + 1 > bytesMax + 1) send()
    packet.push(line)
    bytes += length + 1
  }
  send()
  return { packets, tooLong }
}
