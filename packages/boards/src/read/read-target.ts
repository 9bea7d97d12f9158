import type { Target } from '../dashboard.ts'
import { influxToPromql } from '../influx/influx-to-promql.ts'
import { type Json, number, present, text } from '../json.ts'
import type { NoteBook } from '../note-book.ts'
import type { DataSources, SourceKind } from './data-sources.ts'

/** What reading a panel needs of the board around it. */
export interface ReadContext {
  readonly sources: DataSources
  readonly notes: NoteBook
}

/**
 * Brings a target up to date: what it asks (`expr`) and in which language. One that asks something
 * that Weir cannot answer keeps its keys and has an empty `expr`, and a note says so.
 */
export function readTarget(
  raw: Json,
  index: number,
  panelSource: unknown,
  where: string,
  { sources, notes }: ReadContext,
): Target {
  const own = sources.kindOf(raw['datasource'])
  const kind = own === 'unset' || own === 'mixed' ? sources.kindOf(panelSource) : own
  const refId = text(raw['refId']) || refIdOf(index)
  const expr = text(raw['expr'])
  if (expr.trim() === '' && asksInflux(raw, kind)) {
    const found = influxToPromql(raw)
    if (typeof found !== 'string') {
      notes.changed(where, 'Its InfluxQL became PromQL')
      const { inventory: _, ...translated } = found
      // Named, so that Grafana too asks a data source that understands it.
      const datasource = { type: 'prometheus' }
      return { ...raw, datasource, refId, language: 'promql', ...translated }
    }
    if (raw['hide'] !== true) notes.broken(where, `Query ${refId} is InfluxQL that ${found}`)
  }
  const asked = expr.trim() === '' ? undefined : languageOf(expr, kind)
  if (asked === undefined && raw['hide'] !== true && !asksInflux(raw, kind)) {
    const name = sources.nameOf(own === 'unset' ? panelSource : raw['datasource'])
    sayWhy(where, refId, kind, expr, name, notes)
  }
  return {
    ...raw,
    ...present({
      refId,
      expr: asked === undefined ? '' : expr,
      language: asked ?? 'promql',
      ...(raw['legendFormat'] !== undefined && { legendFormat: text(raw['legendFormat']) }),
      ...(raw['interval'] !== undefined && { interval: text(raw['interval']) }),
      ...(raw['intervalFactor'] !== undefined && {
        intervalFactor: Math.max(1, number(raw['intervalFactor']) ?? 1),
      }),
      ...(raw['format'] !== undefined && { format: formatOf(raw['format']) }),
    }),
  }
}

/** By its data source, or by its parts where the source does not tell. */
export function asksInflux(raw: Json, kind: SourceKind): boolean {
  if (kind === 'influx') return true
  if (kind !== 'unset' && kind !== 'mixed') return false
  return raw['measurement'] !== undefined && Array.isArray(raw['select'])
}

function formatOf(value: unknown): 'time_series' | 'table' | 'heatmap' {
  return value === 'table' || value === 'heatmap' ? value : 'time_series'
}

export function languageOf(expr: string, kind: SourceKind): 'promql' | 'logql' | undefined {
  switch (kind) {
    case 'logs':
      return 'logql'
    case 'metrics':
    case 'influx': // boards for InfluxDB with PromQL in them exist
      return 'promql'
    case 'unset':
    case 'mixed':
    case 'dashboard':
      return looksLikeLogql(expr) ? 'logql' : 'promql'
    case 'expression':
    case 'grafana':
    case 'other':
      return undefined
  }
}

/** A stream selector followed by a filter or a parser; PromQL has no `|`. */
function looksLikeLogql(expr: string): boolean {
  return /\}\s{0,100}(?:\|=|!=|\|~|!~|\|\s{0,20}[a-z])/.test(expr)
}

function sayWhy(
  where: string,
  refId: string,
  kind: SourceKind,
  expr: string,
  name: string,
  notes: NoteBook,
): void {
  switch (kind) {
    case 'dashboard':
      return
    case 'expression':
      notes.broken(where, `Query ${refId} is a server-side expression; write it as PromQL`)
      return
    case 'grafana':
      notes.broken(where, `Query ${refId} asks Grafana itself, which is not here`)
      return
    case 'other':
      notes.broken(where, `Query ${refId} asks ${name}; Weir answers PromQL and LogQL`)
      return
    default:
      if (expr.trim() === '') notes.ignored(where, `Query ${refId} is empty`)
  }
}

/** A, B, …, Z, AA, … */
function refIdOf(index: number): string {
  const letter = String.fromCodePoint(65 + (index % 26))
  return index < 26 ? letter : refIdOf(Math.floor(index / 26) - 1) + letter
}
