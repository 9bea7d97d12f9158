import { Labels, type Matcher, type Querier, SampleColumns, WeirError } from '@weir/model'
import { FrameWriter, ProtoWriter, type ReadQuery, packSnappy, writeResultSeries } from '@weir/wire'
import { tooLarge } from './encode.ts'
import type { Circumstances } from './execute.ts'
import type { MetricSource, QueryReply, ReadChunksJob, ReadSamplesJob } from './job.ts'

/**
 * Remote read, on a query thread. Samples come as they are stored: lookback, steps and functions are
 * the business of the Prometheus that asks.
 */
export function readSamples(
  job: ReadSamplesJob,
  source: MetricSource,
  circumstances: Circumstances,
): Uint8Array<ArrayBuffer> {
  const response = new ProtoWriter()
  const columns = new SampleColumns()
  let samples = 0
  for (const query of job.queries) {
    using querier = source.querier(query.startMs, query.endMs)
    const result = new ProtoWriter()
    for (const series of seriesOf(query, job.externalLabels, querier)) {
      stopIfCancelled(circumstances)
      columns.clear()
      series.read(columns)
      samples += columns.length
      if (samples > job.samplesMax) throw tooManySamples(job.samplesMax)
      if (columns.length > 0) writeResultSeries(result, series.labels(), columns)
      if (response.length + result.length > job.answerBytesMax) {
        throw tooLarge(job.answerBytesMax)
      }
    }
    response.raw(1, result.bytes)
  }
  return packSnappy(response.bytes)
}

/**
 * A page is made of a view of its own, so that a slow client holds no thread and no memory of the
 * store between two pages: it may see, in series that it has not reached, samples younger than its
 * request, and never part of a commit.
 */
export function readChunks(
  job: ReadChunksJob,
  source: MetricSource,
  circumstances: Circumstances,
): Pick<QueryReply, 'body' | 'next'> {
  const { query, queryIndex, externalLabels, pageBytes } = job
  const frames = new FrameWriter(job.frameBytesMax)
  const columns = new SampleColumns()
  const after = job.after === undefined ? undefined : Labels.fromFlat(job.after)
  using querier = source.querier(query.startMs, query.endMs)
  const all = seriesOf(query, externalLabels, querier)
  const waiting = after === undefined ? all : all.filter(({ own }) => own.compare(after) > 0)
  waiting.sort((a, b) => a.own.compare(b.own))
  for (const [i, series] of waiting.entries()) {
    stopIfCancelled(circumstances)
    columns.clear()
    series.read(columns)
    frames.series(queryIndex, series.labels(), columns)
    if (frames.byteLength >= pageBytes && i + 1 < waiting.length) {
      return { body: frames.bytes.slice(), next: series.own.flat }
    }
  }
  return { body: frames.bytes.slice() }
}

interface FoundSeries {
  /** Its labels in the store, by which series are sorted. */
  readonly own: Labels
  /** `name, value, …` with the external labels, as it is sent. */
  labels(): readonly string[]
  read(into: SampleColumns): void
}

function seriesOf(
  { startMs, endMs, matchers }: ReadQuery,
  externalLabels: readonly string[],
  querier: Querier,
): FoundSeries[] {
  const external = Labels.fromFlat(externalLabels)
  const set = querier.select({
    matchers: matchers.map((matcher) => withoutExternal(matcher, external)),
    minMs: startMs,
    maxMs: endMs,
  })
  return Array.from({ length: set.count }, (_, i) => {
    const own = set.labels(i)
    return {
      own,
      // Of a name given twice the last one stays: a series' own labels win.
      labels: () =>
        external.size === 0 ? own.flat : Labels.fromFlat([...external.flat, ...own.flat]).flat,
      read: (into) => set.read(i, startMs, endMs, into),
    }
  })
}

/** External labels are on no series in the store: who asks for one wants those without it. */
function withoutExternal(matcher: Matcher, external: Labels): Matcher {
  const isExternal = matcher.operator === '=' && external.get(matcher.name) === matcher.value
  return isExternal ? { ...matcher, value: '' } : matcher
}

function stopIfCancelled({ isCancelled }: Circumstances): void {
  if (isCancelled?.() !== true) return
  throw new WeirError('QUERY_CANCELED', 'query was canceled in expression evaluation')
}

function tooManySamples(max: number): WeirError {
  const want = `want at most ${max} samples (remote_read_server.max_samples), or a client that takes streamed chunks`
  return new WeirError('QUERY_TOO_MANY_SAMPLES', `Cannot answer a remote read: ${want}`)
}
