/**
 * The log table that SQL sees: one row a line, of all parts and of the newest lines, with a column for every
 * field that some part has.
 *
 *     time TIMESTAMP_NS, level VARCHAR, severity UTINYINT, labels MAP, line VARCHAR, metadata JSON,
 *     and of JSON lines each path ("context.kafka_topic") VARCHAR
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { LogBatch } from '@weir/model'
import { LEVEL_SQL } from './level-sql.ts'
import type { Part } from './part.ts'
import { sqlText } from './sql-text.ts'

/** Fields of the table, most frequent first; the others are in `line`. */
const FIELDS_MAX = 500
const FIXED = ['time', 'level', 'severity', 'labels', 'line', 'metadata']
/** Rows that are handed to DuckDB at once. */
const CHUNK_ROWS = 2048

/** Some of the newest lines as they go into the table; plain, so that they can go to another process. */
export interface RecentLines extends Omit<LogBatch, 'streams'> {
  /** Of each stream, as JSON. */
  readonly labels: readonly string[]
}

/** Makes the view `logs` for a connection, which sees it alone. */
export async function createLogTable(
  connection: DuckDBConnection,
  parts: readonly Part[],
  recent: readonly LogBatch[],
): Promise<void> {
  await createRecent(connection)
  await appendRecent(connection, recent.map(recentLines))
  await createView(connection, logsSelect(parts))
}

/** The SELECT behind `logs`: of parts, and of the table that {@link createRecent} makes. */
export function logsSelect(parts: readonly Part[]): string {
  const fields = fieldsOf(parts)
  return [recentSelect(fields), ...parts.map((part) => partSelect(part, fields))].join(
    ' UNION ALL ',
  )
}

export async function createRecent(connection: DuckDBConnection): Promise<void> {
  await connection.run(
    'CREATE TEMP TABLE recent (time BIGINT, severity UTINYINT, labels VARCHAR, line VARCHAR, metadata VARCHAR)',
  )
}

/** @param select by {@link logsSelect} */
export async function createView(connection: DuckDBConnection, select: string): Promise<void> {
  await connection.run(`CREATE TEMP VIEW logs AS ${select}`)
}

export function recentLines({ streams, ...batch }: LogBatch): RecentLines {
  const labels = streams.map(({ flat }) => JSON.stringify(Object.fromEntries(pairsOf(flat))))
  return { ...batch, labels }
}

/** Paths that lines have, names of other columns left out; SQL does not tell capitals apart. */
function fieldsOf(parts: readonly Part[]): string[] {
  const uses = new Map<string, { readonly path: string; rows: number }>()
  for (const { index } of parts) {
    const { columns, shapes, rows } = index.header
    const times = shapes.flatMap((shape) => shape.times.map(({ name }) => name))
    const paths = columns.flatMap(({ path, name, isMetadata }) =>
      isMetadata || name === '' ? [] : [path],
    )
    for (const path of [...paths, ...times]) {
      const key = path.toLowerCase()
      const use = uses.get(key)
      if (use === undefined) uses.set(key, { path, rows })
      else use.rows += rows
    }
  }
  for (const name of FIXED) uses.delete(name)
  return [...uses.values()]
    .toSorted((a, b) => b.rows - a.rows)
    .slice(0, FIELDS_MAX)
    .map(({ path }) => path)
}

function partSelect({ index, path, sql }: Part, fields: readonly string[]): string {
  const { columns, shapes } = index.header
  const labels = index.labels.map(({ flat }) => mapSql(flat))
  const values = fields.map((field) => {
    const key = field.toLowerCase()
    const names = new Set([
      ...columns.flatMap((column) =>
        !column.isMetadata && column.path.toLowerCase() === key ? [column.name] : [],
      ),
      ...shapes.flatMap(({ times }) =>
        times.flatMap(({ name }) => (name.toLowerCase() === key ? [name] : [])),
      ),
    ])
    const found = [...names].map((name) => sql.field(name) ?? 'NULL')
    const value = found.length === 0 ? 'NULL' : `coalesce(${found.join(', ')})`
    return `${value}::VARCHAR AS ${quoted(field)}`
  })
  const select = [
    'make_timestamp_ns(time) AS time',
    `${LEVEL_SQL} AS level`,
    'severity',
    `([${labels.join(', ')}])[stream + 1] AS labels`,
    `${sql.line} AS line`,
    `nullif(${sql.metadata}, '')::JSON AS metadata`,
    ...values,
  ]
  return `SELECT ${select.join(', ')} FROM read_parquet(${sqlText(path)})`
}

function recentSelect(fields: readonly string[]): string {
  const values = fields.map(
    (field) =>
      `CASE WHEN json_valid(line) THEN json_extract_string(line, ${sqlText(pointer(field))}) END AS ${quoted(field)}`,
  )
  const select = [
    'make_timestamp_ns(time) AS time',
    `${LEVEL_SQL} AS level`,
    'severity',
    'labels::JSON::MAP(VARCHAR, VARCHAR) AS labels',
    'line',
    `nullif(metadata, '')::JSON AS metadata`,
    ...values,
  ]
  return `SELECT ${select.join(', ')} FROM recent`
}

/** Labels as SQL. */
export function mapSql(flat: readonly string[]): string {
  const names = flat.filter((_, i) => i % 2 === 0).map(sqlText)
  const values = flat.filter((_, i) => i % 2 === 1).map(sqlText)
  return `MAP([${names.join(', ')}]::VARCHAR[], [${values.join(', ')}]::VARCHAR[])`
}

/** Where a path leads in a line: `/context/kafka_topic`. */
function pointer(path: string): string {
  return path
    .split('.')
    .map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export async function appendRecent(
  connection: DuckDBConnection,
  recent: readonly RecentLines[],
): Promise<void> {
  if (recent.length === 0) return
  const appender = await connection.createAppender('recent')
  let rows = 0
  for (const lines of recent) {
    for (let i = 0; i < lines.count; i++) {
      appender.appendBigInt(lines.timesNs[i]!)
      appender.appendUTinyInt(lines.severities[i]!)
      appender.appendVarchar(lines.labels[lines.streamOf[i]!]!)
      appender.appendVarchar(textAt(lines.text, lines.ends, i))
      appender.appendVarchar(textAt(lines.metadata, lines.metadataEnds, i))
      appender.endRow()
      if (++rows % CHUNK_ROWS === 0) appender.flushSync()
    }
  }
  appender.closeSync()
}

function* pairsOf(flat: readonly string[]): Generator<[string, string]> {
  for (let i = 0; i < flat.length; i += 2) yield [flat[i]!, flat[i + 1]!]
}

function textAt(text: Uint8Array, ends: Uint32Array, at: number): string {
  const from = at === 0 ? 0 : ends[at - 1]!
  return Buffer.from(text.buffer, text.byteOffset + from, ends[at]! - from).toString()
}
