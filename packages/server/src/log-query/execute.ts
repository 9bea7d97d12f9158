import {
  type LogSource,
  type LogStream,
  type LogTable,
  type TimeRange,
  type ContextLine,
  contextOf,
  countStreams,
  detectedFields,
  detectedValues,
  facetsOf,
  parseLogSelector,
  selectedStreams,
  volumesOf,
} from '@weir/logs'
import { type Clock, Labels, type Matcher, WeirError, levelOf } from '@weir/model'
import type { LogContextView, LogFacetsView, LogLineView } from '@weir/packs'
import type { LogJob, LogQueryLimits, LogReply } from './job.ts'
import { sampleJson, seriesJson } from './loki-json.ts'
import { answerInstant, answerRange } from './answer-query.ts'
import { minedPatterns } from './mined-patterns.ts'
import { newestOf, sampleLines } from './sample-lines.ts'

/** What a job has to do with beside itself. */
export interface LogCircumstances {
  readonly signal: AbortSignal
  readonly limits: LogQueryLimits
  readonly clock: Clock
  /** How long it waited before it was begun. */
  readonly queuedMs: number
  /** When it is to be over, on the monotonic clock of this thread. */
  readonly deadlineMs: number
}

/**
 * Answers a question to the log store.
 *
 * @throws {WeirError} what is wrong with the query; the signal's reason
 */
export async function executeLogJob(
  job: LogJob,
  reader: LogSource & LogTable,
  circumstances: LogCircumstances,
): Promise<LogReply> {
  const told = await answer(job, reader, circumstances)
  circumstances.signal.throwIfAborted()
  return { body: typeof told === 'string' ? new TextEncoder().encode(told) : told }
}

async function answer(
  job: LogJob,
  source: LogSource & LogTable,
  at: LogCircumstances,
): Promise<string | Uint8Array<ArrayBuffer>> {
  switch (job.kind) {
    case 'range':
      return answerRange(job, source, at)
    case 'instant':
      return answerInstant(job, source, at)
    case 'labels':
      return success(labelNames(streamsOf(source, job.query, job.range)))
    case 'labelValues':
      return success(labelValues(streamsOf(source, job.query, job.range), job.name))
    case 'series':
      return success(seriesOf(source, job.selectors, job.range))
    case 'stats':
      return statsOf(source, job, at)
    case 'volume':
      return volumeAnswer(source, job, at)
    case 'patterns': {
      const { patterns, isSampled } = await minedPatterns(source, job, at)
      return JSON.stringify({ status: 'success', data: patterns, ...(isSampled && { isSampled }) })
    }
    case 'detectedFields': {
      const lines = await newestOf(source, { ...job, linesMax: job.lineLimit }, at)
      return JSON.stringify({ fields: detectedFields(lines, job.limit), limit: job.limit })
    }
    case 'detectedValues': {
      const lines = await newestOf(source, { ...job, linesMax: job.lineLimit }, at)
      return JSON.stringify({
        values: detectedValues(lines, job.name, job.limit),
        limit: job.limit,
      })
    }
    case 'detectedLabels':
      return JSON.stringify({
        detectedLabels: detectedLabels(streamsOf(source, job.query, job.range)),
      })
    case 'context':
      return contextAnswer(source, job, at)
    case 'facets':
      return facetsAnswer(source, job, at)
    case 'sql':
      return source.sql(job.text, job.rowsMax, at.signal)
    case 'export':
      return source.exportParquet(
        job.range,
        wholeStreamsOf(source, job.query, job.range),
        at.signal,
      )
    default:
      return job satisfies never
  }
}

function success(data: unknown): string {
  return JSON.stringify({ status: 'success', data })
}

/** The matchers of a selector; none for an empty one. */
function matchersOf(selector: string): readonly Matcher[] {
  return /^\s*(?:\{\s*\}\s*)?$/.test(selector) ? [] : parseLogSelector(selector)
}

function streamsOf(source: LogSource, selector: string, range: TimeRange): readonly LogStream[] {
  return selectedStreams(source, matchersOf(selector), range).streams
}

/** @throws {WeirError} `LOGQL_PARSE` for a selector that wants only some lines of its streams */
function wholeStreamsOf(
  source: LogSource,
  selector: string,
  range: TimeRange,
): readonly LogStream[] {
  const { streams, conditions } = selectedStreams(source, matchersOf(selector), range)
  if (conditions.length === 0) return streams
  throw new WeirError(
    'LOGQL_PARSE',
    'Cannot export by level: want labels of streams alone; the file has a column for the level',
  )
}

function labelNames(streams: readonly LogStream[]): string[] {
  const names = new Set<string>()
  for (const { labels } of streams) for (const [name] of labels) names.add(name)
  return [...names].toSorted()
}

function labelValues(streams: readonly LogStream[], name: string): string[] {
  const values = new Set(streams.map(({ labels }) => labels.get(name)))
  values.delete('')
  return [...values].toSorted()
}

function seriesOf(source: LogSource, selectors: readonly string[], range: TimeRange): object[] {
  const found = new Map<number, Labels>()
  for (const selector of selectors.length === 0 ? [''] : selectors) {
    for (const { id, labels } of streamsOf(source, selector, range)) found.set(id, labels)
  }
  return [...found.values()].toSorted((a, b) => a.compare(b)).map((labels) => labels.toJSON())
}

/** How much a selector selects. Weir has no chunks; each stream is told as one. */
async function statsOf(
  source: LogSource,
  { query, range }: Extract<LogJob, { kind: 'stats' }>,
  { signal }: LogCircumstances,
): Promise<string> {
  const { streams, conditions } = selectedStreams(source, matchersOf(query), range)
  const stepNs = range.toNs > range.fromNs ? range.toNs - range.fromNs : 1n
  const rows = await countStreams(source, { streams, conditions, range, stepNs, signal })
  const there = new Set(rows.map(({ stream }) => stream.id)).size
  return JSON.stringify({
    streams: there,
    chunks: there,
    bytes: rows.reduce((sum, { bytes }) => sum + bytes, 0),
    entries: rows.reduce((sum, { lines }) => sum + lines, 0),
  })
}

async function volumeAnswer(
  source: LogSource,
  job: Extract<LogJob, { kind: 'volume' }>,
  { signal }: LogCircumstances,
): Promise<string> {
  const volumes = await volumesOf(source, { ...job, matchers: matchersOf(job.query), signal })
  const isRange = job.stepNs !== undefined
  const result = volumes.map(({ labels, samples }) => {
    const shown = samples.map(({ timeNs, bytes }) => sampleJson(Number(timeNs / 1_000_000n), bytes))
    if (isRange) return seriesJson(labels, shown)
    return `{"metric":${JSON.stringify(labels)},"value":${shown[0]!}}`
  })
  const resultType = isRange ? 'matrix' : 'vector'
  return `{"status":"success","data":{"resultType":"${resultType}","result":[${result.join(',')}],"stats":{}}}`
}

/** Labels that are shown even where their values look like ids. */
const ALWAYS_SHOWN: ReadonlySet<string> = new Set(['cluster', 'namespace', 'instance', 'pod'])
const ID =
  /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$|^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i

/** Labels by which people choose streams: not those whose values are all numbers or ids. */
function detectedLabels(streams: readonly LogStream[]): object[] {
  return labelNames(streams)
    .map((label) => ({ label, values: labelValues(streams, label) }))
    .filter(({ label, values }) => {
      const isFlag = values.length <= 2 && values.every((value) => value === '0' || value === '1')
      return ALWAYS_SHOWN.has(label) || isFlag || !values.every((value) => ID.test(value))
    })
    .map(({ label, values }) => ({ label, cardinality: values.length }))
}

async function contextAnswer(
  source: LogSource,
  { labels, ...job }: Extract<LogJob, { kind: 'context' }>,
  { signal }: LogCircumstances,
): Promise<string> {
  const { before, line, after } = await contextOf(source, {
    ...job,
    labels: Labels.of(labels),
    signal,
  })
  const view: LogContextView = {
    before: before.map(lineView),
    line: line === undefined ? null : lineView(line),
    after: after.map(lineView),
  }
  return JSON.stringify(view)
}

function lineView({ timeNs, severity, line, metadata }: ContextLine): LogLineView {
  return { timeNs: String(timeNs), level: levelOf(severity), line, metadata: metadata.toJSON() }
}

async function facetsAnswer(
  source: LogSource,
  job: Extract<LogJob, { kind: 'facets' }>,
  at: LogCircumstances,
): Promise<string> {
  const { lines, isWhole } = await sampleLines(source, { ...job, linesMax: job.lines }, at)
  const view: LogFacetsView = {
    lines: lines.length,
    isSampled: !isWhole,
    fields: facetsOf(lines, job),
  }
  return JSON.stringify(view)
}
