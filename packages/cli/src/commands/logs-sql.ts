import type { LogSqlView } from '@weir/packs'
import type { Command } from 'commander'
import { EXIT } from '../exit.ts'
import { columns } from '../show/columns.ts'
import { inert } from '../show/inert.ts'
import { endWithReader } from './log-output.ts'
import { askForm } from './loki-api.ts'
import { withServer } from './server-option.ts'

interface SqlOptions {
  readonly server: string
  readonly rows: string
  readonly json: boolean
}

/** `weir logs sql SELECT`. */
export function addLogsSql(logs: Command): void {
  withServer(logs.command('sql <select>'))
    .description('one SELECT over the table logs; exits 1 when it has no rows')
    .option('-n, --rows <count>', 'most rows', '1000')
    .option('--json', 'an object a line', false)
    .addHelpText(
      'after',
      "\nDESCRIBE shows the columns: weir logs sql 'SELECT * FROM logs LIMIT 1'",
    )
    .action(async (query: string, { server, rows, json }: SqlOptions) => {
      endWithReader()
      const view = await askForm<LogSqlView>(server, '/api/weir/v1/logs/sql', { query, rows })
      for (const line of json ? jsonLines(view) : tableLines(view))
        process.stdout.write(`${line}\n`)
      if (view.isCut) process.stderr.write(`weir: there are more rows than ${view.rows.length}\n`)
      if (view.rows.length === 0) process.exitCode = EXIT.found
    })
}

function jsonLines({ columns: named, rows }: LogSqlView): string[] {
  return rows.map((row) =>
    JSON.stringify(Object.fromEntries(named.map(({ name }, i) => [name, row[i]]))),
  )
}

/** Cells of strangers' texts: inert, and a line each. */
export function tableLines({ columns: named, rows }: LogSqlView): string[] {
  return columns([
    named.map(({ name }) => inert(name)),
    ...rows.map((row) => row.map((cell) => inert(cellText(cell)))),
  ])
}

function cellText(cell: unknown): string {
  if (cell === null) return 'NULL'
  if (typeof cell === 'string') return cell
  return JSON.stringify(
    isMap(cell) ? Object.fromEntries(cell.map(({ key, value }) => [key, value])) : cell,
  )
}

/** As DuckDB's JSON has a map. */
function isMap(
  cell: unknown,
): cell is readonly { readonly key: string; readonly value: unknown }[] {
  return (
    Array.isArray(cell) &&
    cell.every((pair: unknown) => typeof pair === 'object' && pair !== null && 'key' in pair)
  )
}
