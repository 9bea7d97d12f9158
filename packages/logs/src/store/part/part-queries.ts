/**
 * Questions to many parts at once. Parts whose lines are told apart by the same SQL, which those of one
 * sender mostly are, are read as one table; the others are joined by UNION ALL. Parts and blocks that
 * cannot have an answer are not asked.
 */
import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api'
import { WeirError } from '@weir/model'
import type { CountRequest, LineRequest, LogLines, LogStream, TimeRange } from '../../source.ts'
import type { StreamGroup } from '../stream-conditions.ts'
import { interrupting } from './interrupting.ts'
import type { Part } from './part.ts'
import { PartRows, type RowLayout } from './part-rows.ts'
import type { PartSql } from './part-sql.ts'
import { sqlText } from './sql-text.ts'

/** A part as a question sees it. */
interface Asked {
  readonly part: Part
  /** The condition on its rows. */
  readonly where: string
  readonly isExact: boolean
  /** The only blocks that may have an answer; absent: any may. */
  readonly blocks?: readonly number[]
}

/** The parts that may have lines for a group of streams, with the condition on their rows. */
function ask(
  parts: readonly Part[],
  { streams, conditions }: StreamGroup,
  range: TimeRange,
): Asked[] {
  const wanted = new Set(streams)
  return parts.flatMap((part): Asked[] => {
    if (!part.overlaps(range)) return []
    const isWanted = part.streams.map((stream) => wanted.has(stream))
    if (!isWanted.includes(true)) return []
    const { sql, isExact } = part.sql.all(conditions)
    if (sql === 'false') return []
    const blocks = part.blocks(isWanted, range, conditions)
    if (blocks.length === 0) return []
    const tests: string[] = []
    if (isWanted.includes(false)) {
      tests.push(`stream IN (${isWanted.flatMap((is, i) => (is ? [i] : [])).join()})`)
    }
    if (part.minNs < range.fromNs) tests.push(`time >= ${range.fromNs}`)
    if (part.maxNs >= range.toNs) tests.push(`time < ${range.toNs}`)
    if (sql !== 'true') tests.push(sql)
    const isWhole = blocks.length === part.index.header.blocks.length
    const where = tests.length === 0 ? 'true' : tests.join(' AND ')
    return [{ part, where, isExact, ...(isWhole ? {} : { blocks: part.blockIds(blocks) }) }]
  })
}

/** Parts that one SELECT serves. */
function merged(
  asked: readonly Asked[],
  select: (part: Part, query: string) => string,
): { readonly sql: string[]; readonly streams: (readonly LogStream[])[] } {
  const groups = new Map<string, { readonly where: string; parts: Part[]; blocks: number[] }>()
  for (const { part, where, blocks } of asked) {
    const scope = blocks === undefined ? 'whole' : 'some'
    const key = `${scope} ${select(part, '?')} WHERE ${where} ${part.streams.map(({ id }) => id).join()}`
    const group = groups.get(key) ?? { where, parts: [], blocks: [] }
    groups.set(key, group)
    group.parts.push(part)
    group.blocks.push(...(blocks ?? []))
  }
  const sql: string[] = []
  const streams: (readonly LogStream[])[] = []
  for (const { where, parts, blocks } of groups.values()) {
    const query = streams.push(parts[0]!.streams) - 1
    const files = parts.map(({ path }) => sqlText(path)).join(', ')
    // Blocks have numbers of their own in all parts, so that one list serves many files.
    const within = blocks.length === 0 ? where : `block IN (${blocks.join()}) AND ${where}`
    sql.push(`${select(parts[0]!, String(query))} FROM read_parquet([${files}]) WHERE ${within}`)
  }
  return { sql, streams }
}

/** Lines of parts; `limit` rows at most, in the order asked for. */
export async function* partLines(
  connection: DuckDBConnection,
  parts: readonly Part[],
  groups: readonly StreamGroup[],
  request: Pick<LineRequest, 'range' | 'order' | 'needsText' | 'names' | 'signal'>,
  limit?: number,
): AsyncGenerator<LogLines> {
  const { range, order, signal } = request
  const hasText = request.needsText || request.names === undefined
  const names = hasText ? [] : request.names
  const asked = groups.flatMap((group) => ask(parts, group, range))
  if (asked.length === 0) return
  const loose = asked.filter(
    ({ part }) => !hasText && names.some((name) => part.sql.field(name) === undefined),
  )
  if (loose.length > 0) {
    yield* partLines(connection, parts, groups, { ...request, needsText: true }, limit)
    return
  }
  const { sql, streams } = merged(asked, ({ sql: of }, query) => {
    const values = hasText ? [of.line] : names.map((name) => of.field(name)!)
    return `SELECT ${[query, 'stream', 'time', 'severity', of.metadata, ...values].map((value, i) => `${value} AS x${i}`).join(', ')}`
  })
  const direction = order === 'any' ? '' : ` ORDER BY x2 ${order === 'forward' ? 'ASC' : 'DESC'}`
  const most = limit === undefined ? '' : ` LIMIT ${limit}`
  const layout: RowLayout = { streams, hasText, names }
  const text = `SELECT * FROM (${sql.join(' UNION ALL ')})${direction}${most}`
  yield* chunksOf(connection, text, signal, (chunk) => new PartRows(chunk, layout))
}

/** Counts by stream (its number in the whole store), step, severity and values of names. */
export interface PartCount {
  readonly stream: LogStream
  readonly step: number
  readonly severity: number
  readonly values: readonly string[]
  readonly lines: number
  readonly bytes: number
}

/** Undefined where the parts' columns cannot tell. */
export async function partCounts(
  connection: DuckDBConnection,
  parts: readonly Part[],
  groups: readonly StreamGroup[],
  request: CountRequest & { readonly names: readonly string[]; readonly bySeverity: boolean },
): Promise<PartCount[] | undefined> {
  const { range, names, stepNs, signal, needsBytes = false } = request
  const asked = groups.flatMap((group) => ask(parts, group, range))
  if (asked.length === 0) return []
  if (asked.some(({ isExact }) => !isExact)) return undefined
  if (asked.some(({ part }) => names.some((name) => part.sql.value(name) === undefined))) {
    return undefined
  }
  // A name that all streams have as a label is told by the stream alone.
  const byStream = request.byStream || request.by.length > 0
  const bySteps = range.toNs - range.fromNs > stepNs
  // What does not tell groups apart is left out of the grouping, which is dearer than to find the lines.
  const keys = (of: PartSql): string[] => [
    ...(byStream ? ['stream'] : []),
    ...(bySteps ? [`(time - ${range.fromNs}) // ${stepNs}`] : []),
    ...(request.bySeverity ? ['severity'] : []),
    ...names.map((name) => of.value(name)!),
  ]
  const { sql, streams } = merged(asked, ({ sql: of }, query) => {
    const bytes = needsBytes ? `sum(strlen(${of.line}))::DOUBLE` : '0::DOUBLE'
    return `SELECT ${[query, 'count(*)::DOUBLE', bytes, ...keys(of)].join(', ')}`
  })
  const text = sql
    .map((select) => (keys(asked[0]!.part.sql).length === 0 ? select : `${select} GROUP BY ALL`))
    .join(' UNION ALL ')
  const counts: PartCount[] = []
  for await (const rows of chunksOf(connection, text, signal, (chunk) => chunk.getRows())) {
    for (const row of rows) {
      const [query, lines, bytes, ...values] = row as [number, number, number | null, ...unknown[]]
      if (lines === 0) continue // an answer without groups
      const stream = byStream ? (values.shift() as number) : 0
      counts.push({
        stream: streams[query]![stream]!,
        step: bySteps ? Number(values.shift()) : 0,
        severity: request.bySeverity ? (values.shift() as number) : 0,
        values: values as string[],
        lines,
        bytes: bytes ?? 0,
      })
    }
  }
  return counts
}

/** Runs SQL and hands out its rows as they come; stops DuckDB when nobody wants more. */
async function* chunksOf<Made>(
  connection: DuckDBConnection,
  sql: string,
  signal: AbortSignal | undefined,
  make: (chunk: DuckDBDataChunk) => Made,
): AsyncGenerator<Made> {
  using _stopping = interrupting(connection, signal)
  try {
    const result = await connection.stream(sql)
    for (;;) {
      const chunk = await result.fetchChunk()
      if (chunk === null || chunk.rowCount === 0) return
      yield make(chunk)
    }
  } catch (cause) {
    signal?.throwIfAborted()
    throw new WeirError(
      'STORAGE_FAILED',
      `Cannot read lines from disk: ${(cause as Error).message.slice(0, 300)}`,
      { cause },
    )
  }
}
