/**
 * The process that answers SQL of users. DuckDB does not count what its functions take for texts and lists,
 * so one SELECT can ask for any amount of memory, and some do not stop when told: here that ends
 * nothing but this process. It answers one question after the other, and nobody speaks to it but the
 * thread that started it, with which it ends.
 */
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { appendRecent, createRecent, createView } from '../part/log-table.ts'
import { openDuckDb } from '../part/open-duckdb.ts'
import { askSql } from './ask-sql.ts'
import { letGo, limitMemory } from './shut-in.ts'
import type { SqlCall, SqlMessage, SqlProcessData, SqlReply } from './sql-messages.ts'

/** How often it looks at its own size, lest nobody else does in time. */
const LOOK_MS = 50
/** What Node and DuckDB say when there is no more memory. */
const NO_MEMORY = /out of memory|bad[ _]alloc|allocation failed|invalid string length/i
const BROKEN = /\b(?:INTERNAL|FATAL) Error\b|database has been invalidated/

const data = JSON.parse(process.argv[2]!) as SqlProcessData
process.title = 'weir: SQL'
// What ends Weir at a terminal or by its unit comes to all its processes; Weir itself ends this one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
process.on('disconnect', end)
setInterval(() => {
  if (process.memoryUsage.rss() > data.residentBytesMax) end()
}, LOOK_MS).unref()

const duckDb = open()
duckDb.catch(() => undefined) // the first question is told
/** The question under way sees its own table. */
let connection: DuckDBConnection | undefined
let stop = new AbortController()

process.on('message', (message: SqlMessage) => {
  if (message.kind === 'cancel') stop.abort()
  else void answer(message)
})

async function open(): Promise<DuckDBInstance> {
  await letGo()
  const opened = await openDuckDb(data.duckDb)
  await limitMemory(data.memoryBytes) // now that what is ours has its stacks and caches
  return opened
}

/** Without a word to DuckDB, which may not listen. */
function end(): void {
  process.kill(process.pid, 'SIGKILL')
}

async function answer(message: SqlCall): Promise<void> {
  process.send!(await replyTo(message).catch(replyOf))
}

async function replyTo(message: SqlCall): Promise<SqlReply> {
  switch (message.kind) {
    case 'begin': {
      stop = new AbortController()
      connection?.closeSync()
      connection = await (await duckDb).connect()
      await createRecent(connection)
      return { kind: 'done' }
    }
    case 'lines':
      await appendRecent(connection!, message.lines)
      return { kind: 'done' }
    case 'run': {
      const { logs, text, rowsMax } = message
      await createView(connection!, logs)
      const json = await askSql(connection!, text, rowsMax, stop.signal)
      return { kind: 'answer', json }
    }
    default:
      return message satisfies never
  }
}

function replyOf(error: unknown): SqlReply {
  const { message } = error as Error
  if (NO_MEMORY.test(message)) return { kind: 'memory' }
  return { kind: BROKEN.test(message) ? 'broken' : 'refused', message }
}
