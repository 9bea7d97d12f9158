import { Labels, type LogBatch, LogBatchBuilder, SEVERITY_OF, type Severity } from '@weir/model'
import { labelName } from '../logs/lines/label-name.ts'
import type { Told } from './told.ts'

const SEVERITIES: Readonly<Record<Told['type'], Severity>> = {
  error: SEVERITY_OF.error,
  warning: SEVERITY_OF.warn,
  info: SEVERITY_OF.info,
  success: SEVERITY_OF.info,
}
/** What a check's type says of its status, for people. */
const STATUSES: Readonly<Record<Told['type'], string>> = {
  success: 'ok',
  warning: 'warning',
  error: 'critical',
  info: 'unknown',
}
/** Who writes, where no tag says so. */
const SERVICE = 'statsd'
const TAG_MAX = 64

/**
 * Events and service checks as lines of log: `title: text`, `check status: message`. Labels say that they came
 * by StatsD, which kind, and from which host; type, priority and tags stand beside the line.
 */
export function eventLines(batch: readonly Told[]): LogBatch {
  const lines = new LogBatchBuilder()
  for (const told of batch) {
    const { kind, atMs, title, text, type, priority, host, source, aggregationKey, tags } = told
    const named = tags.find((tag) => tag.startsWith('service:'))?.slice('service:'.length)
    const labels = Labels.of({
      source: 'statsd',
      kind,
      service_name: named === undefined || named === '' ? SERVICE : named,
      ...(host === '' ? {} : { host }),
    })
    const beside: Record<string, string> = { type, priority }
    if (source !== '') beside['source_type'] = source
    if (aggregationKey !== '') beside['aggregation_key'] = aggregationKey
    for (const tag of tags.slice(0, TAG_MAX)) {
      const [name, value] = pairOf(tag)
      // What the event itself says is not said otherwise by a tag.
      if (name !== '') beside[name] ??= value
    }
    const head = kind === 'check' ? `${title} ${STATUSES[type]}` : title
    lines.add(
      lines.stream(labels),
      BigInt(Math.round(atMs)) * 1_000_000n,
      SEVERITIES[type],
      text === '' ? head : `${head}: ${text}`,
      JSON.stringify(beside),
    )
  }
  return lines.finish()
}

/** `env:prod`; a tag without a value is true. */
function pairOf(tag: string): readonly [name: string, value: string] {
  const at = tag.indexOf(':')
  return at < 0 ? [labelName(tag), 'true'] : [labelName(tag.slice(0, at)), tag.slice(at + 1)]
}
