import { type Json, list, record, records, text } from '../json.ts'
import type { InfluxCall, InfluxColumn, InfluxQuery } from './influx-query.ts'

/** A query that was put together in Grafana's editor. */
export function readInfluxParts(target: Json): InfluxQuery {
  const groups = records(target['groupBy'])
  const firstOf = (type: string): string =>
    text(list(groups.find((group) => group['type'] === type)?.['params'])[0])
  return {
    measurement: text(target['measurement']),
    columns: list(target['select']).map((parts) => columnOf(records(parts))),
    where: whereOf(records(target['tags'])),
    every: firstOf('time'),
    tags: groups
      .filter(({ type }) => type === 'tag')
      .map(({ params }) => text(list(params)[0]).replace(/::\w+$/, '')),
    fill: firstOf('fill'),
  }
}

function columnOf(parts: readonly Json[]): InfluxColumn {
  let field = ''
  let math = ''
  let alias = ''
  const calls: InfluxCall[] = []
  for (const part of parts) {
    const type = text(part['type'])
    const first = text(list(part['params'])[0])
    if (type === 'field') field = first.replace(/::\w+$/, '')
    else if (type === 'math') math = first
    else if (type === 'alias') alias = first
    else calls.push({ name: type, argument: first })
  }
  return { field, calls, math, alias }
}

/** The conditions as a query's text has them. */
function whereOf(tags: readonly Json[]): string {
  return tags
    .map((tag, index) => {
      const { key, operator, value, condition } = record(tag)
      const plain = text(value)
      const sign = text(operator) || (/^\/.*\/$/s.test(plain) ? '=~' : '=')
      const isPattern = sign === '=~' || sign === '!~'
      const isNumber = sign === '<' || sign === '>'
      const written = isPattern || isNumber ? plain : `'${plain.replaceAll(/['\\]/g, '\\$&')}'`
      const joined = index === 0 ? '' : `${text(condition) || 'AND'} `
      return `${joined}"${text(key).replace(/::\w+$/, '')}" ${sign} ${written}`
    })
    .join(' ')
}
