import { type Json, isRecord, list, number, record, records, text, whole } from '../json.ts'
import type { Variable } from '../variable.ts'
import type { ReadContext } from './read-target.ts'

/** @returns undefined for one that cannot be named */
export function readVariable(raw: Json, context: ReadContext): Variable | undefined {
  const name = text(raw['name'])
  const where = `variable ${name}`
  if (!/^\w{1,200}$/.test(name)) {
    context.notes.broken(
      where,
      'A name of a variable is letters, digits and _; this one is left out',
    )
    return undefined
  }
  const hide = whole(raw['hide'], 0, 0, 2) as 0 | 1 | 2
  const current = isRecord(raw['current']) ? raw['current'] : undefined
  const { current: _, auto_count, auto_min, ...rest } = raw
  const base = {
    ...rest,
    name,
    hide,
    ...(raw['label'] !== undefined && { label: text(raw['label']) }),
    ...(raw['description'] !== undefined && { description: text(raw['description']) }),
    ...(current !== undefined && { current }),
  }
  const query = queryText(raw['query'])
  switch (text(raw['type'])) {
    case 'query':
      return {
        ...base,
        ...choice(raw),
        type: 'query',
        query: query || text(raw['definition']),
        language: context.sources.kindOf(raw['datasource']) === 'logs' ? 'logql' : 'promql',
        regex: text(raw['regex']),
        sort: whole(raw['sort'], 0, 0, 8),
        refresh: refreshOf(raw['refresh']),
      }
    case 'custom': {
      const options = customOptions(query, raw)
      const written = query || queryOf(options, raw)
      return { ...base, ...choice(raw), type: 'custom', query: written, options }
    }
    case 'interval': {
      const written =
        query ||
        records(raw['options'])
          .map(({ value }) => text(value))
          .join(',')
      return {
        ...base,
        type: 'interval',
        query: written,
        options: intervals(written),
        auto: raw['auto'] === true,
        autoCount: whole(raw['autoCount'] ?? auto_count, 30, 1, 100_000),
        autoMin: text(raw['autoMin'] ?? auto_min) || '10s',
      }
    }
    case 'datasource':
      return { ...base, type: 'datasource', query }
    case 'textbox':
      return { ...base, type: 'textbox', query: query || text(record(current)['value']) }
    case 'constant':
      return { ...base, type: 'constant', query: query || text(record(current)['value']) }
    case 'adhoc':
      return { ...base, type: 'adhoc', filters: records(raw['filters']).map(adhocFilter) }
    case 'unknown':
      return { ...base, type: 'unknown', originalType: text(raw['originalType']) }
    default: {
      const originalType = text(raw['type'])
      context.notes.ignored(where, `Variables of type "${originalType}" have no choices here`)
      return { ...base, type: 'unknown', originalType }
    }
  }
}

/** The text of a query that is a string, or an object that holds it (`query`, or `expr` of Loki's). */
function queryText(value: unknown): string {
  if (!isRecord(value)) return text(value)
  // Loki's editor stores its parts: 0 label names, 1 label values.
  if (value['query'] === undefined && value['type'] === 0) return 'label_names()'
  if (value['query'] === undefined && value['type'] === 1) {
    const stream = text(value['stream'])
    const label = text(value['label'])
    return stream === '' ? `label_values(${label})` : `label_values(${stream}, ${label})`
  }
  return text(value['query']) || text(value['expr'])
}

function choice(raw: Json): {
  readonly multi: boolean
  readonly includeAll: boolean
  readonly allValue?: string
} {
  const allValue = text(raw['allValue'])
  return {
    multi: raw['multi'] === true,
    includeAll: raw['includeAll'] === true,
    ...(allValue !== '' && { allValue }),
  }
}

/** `true` and `false` are what very old boards say. */
function refreshOf(value: unknown): 0 | 1 | 2 {
  if (value === true) return 1
  return whole(value, 0, 0, 2) as 0 | 1 | 2
}

function adhocFilter(raw: Json): { key: string; operator: string; value: string } {
  return {
    ...raw,
    key: text(raw['key']),
    operator: text(raw['operator']) || '=',
    value: text(raw['value']),
  }
}

interface Option {
  readonly text: string
  readonly value: string
}

function customOptions(query: string, raw: Json): readonly Option[] {
  if (raw['valuesFormat'] === 'json') {
    const found = jsonOptions(query)
    if (found !== undefined) return found
  }
  if (query !== '') return splitOptions(query)
  return records(raw['options'])
    .filter(({ value }) => value !== '$__all')
    .map(({ text: shown, value }) => ({ text: text(shown), value: text(value) }))
}

function jsonOptions(query: string): readonly Option[] | undefined {
  try {
    return list(JSON.parse(query)).map((item) => {
      const value = text(record(item)['value'], text(item))
      return { text: text(record(item)['text']) || value, value }
    })
  } catch {
    return undefined
  }
}

/** `a, b\,c, shown : inserted`. */
function splitOptions(query: string): readonly Option[] {
  const parts = query.match(/(?:\\,|[^,])+/g) ?? []
  return parts.map((part) => {
    const plain = part.replaceAll('\\,', ',').trim()
    const cut = plain.indexOf(' : ')
    if (cut < 0) return { text: plain, value: plain }
    return { text: plain.slice(0, cut).trim(), value: plain.slice(cut + 3).trim() }
  })
}

/** Of options alone, the query that makes them; none when no query can say them (an empty value). */
function queryOf(options: readonly Option[], raw: Json): string {
  const query = options
    .map(({ text: shown, value }) => (shown === value ? value : `${shown} : ${value}`))
    .map((part) => part.replaceAll(',', '\\,'))
    .join(',')
  const isSame = JSON.stringify(customOptions(query, raw)) === JSON.stringify(options)
  return isSame ? query : ''
}

/** Commas or blanks between, quotes allowed; `auto` is a flag of its own. */
function intervals(query: string): readonly string[] {
  const parts = query.match(/"[^"]{0,100}"|[^,\s"]+/g) ?? []
  return parts
    .map((part) => part.replaceAll('"', ''))
    .filter((part) => part !== 'auto' && !part.startsWith('$__auto') && number(part) === undefined)
}
