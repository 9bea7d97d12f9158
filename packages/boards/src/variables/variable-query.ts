/** What the query of a variable says, before its own variables are filled in. */

export type VariableQuery =
  | { readonly kind: 'labelValues'; readonly label: string; readonly selector: string }
  | { readonly kind: 'labelNames'; readonly pattern: string }
  | { readonly kind: 'metrics'; readonly pattern: string }
  | { readonly kind: 'queryResult'; readonly expr: string }
  /** InfluxQL's `show tag values`. */
  | {
      readonly kind: 'tagValues'
      readonly key: string
      readonly measurement: string
      readonly where: string
    }
  | { readonly kind: 'series'; readonly selector: string }
  | { readonly kind: 'nothing' }

/** @param text e.g. `label_values(up{job="a"}, instance)` */
export function parseVariableQuery(text: string): VariableQuery {
  const query = text.trim()
  const tagValues = parseTagValues(query)
  if (tagValues !== undefined) return tagValues
  const call = /^(label_values|label_names|metrics|query_result)\s{0,20}\(/.exec(query)
  if (call === null || !query.endsWith(')')) {
    return query === '' ? { kind: 'nothing' } : { kind: 'series', selector: query }
  }
  const inside = query.slice(call[0].length, -1).trim()
  switch (call[1]) {
    case 'label_values':
      return labelValues(inside)
    case 'label_names':
      return { kind: 'labelNames', pattern: inside }
    case 'metrics':
      return { kind: 'metrics', pattern: inside }
    default:
      return { kind: 'queryResult', expr: inside }
  }
}

/** The label is what follows the last comma, if that is a name; `{}` and blank select everything. */
function labelValues(inside: string): VariableQuery {
  const comma = inside.lastIndexOf(',')
  const label = inside.slice(comma + 1).trim()
  const name = /^"(.{1,200})"$/.exec(label)?.[1] ?? label
  const selector = comma < 0 ? '' : inside.slice(0, comma).trim()
  return {
    kind: 'labelValues',
    label: name,
    selector: /^\{\s{0,20}\}$/.test(selector) ? '' : selector,
  }
}

/** `show tag values from "m" with key="k" where host = '$cluster'`. */
function parseTagValues(query: string): VariableQuery | undefined {
  const head = /^show\s{1,20}tag\s{1,20}values\b/i.exec(query)
  if (head === null) return undefined
  const rest = query.slice(head[0].length)
  const key = /\bwith\s{1,20}key\s{0,20}=\s{0,20}"?([^"\s]{1,200})"?/i.exec(rest)?.[1]
  if (key === undefined) return { kind: 'nothing' }
  const from = /\bfrom\s{1,20}("(?:[^"\\]|\\.){1,500}"|[^\s"]{1,500})/i.exec(rest)?.[1] ?? ''
  const where = /\bwhere\s{1,20}/i.exec(rest)
  return {
    kind: 'tagValues',
    key,
    measurement: from.replaceAll(/^"|"$/g, ''),
    where: where === null ? '' : rest.slice(where.index + where[0].length),
  }
}

/** Whether this selects series and does nothing else: `up`, `up{…}`, `{…}`. */
export function isSelector(text: string): boolean {
  const plain = text.trim()
  const head = /^[a-zA-Z_:][\w:]{0,500}/.exec(plain)
  const rest = plain.slice(head === null ? 0 : head[0].length).trim()
  if (rest === '') return head !== null
  if (!rest.startsWith('{')) return false
  return closingBrace(rest) === rest.length - 1
}

/** Where the brace that opens a text is closed; -1 if never. */
function closingBrace(text: string): number {
  let quote = ''
  for (let i = 1; i < text.length; i++) {
    const sign = text[i]!
    if (quote !== '') {
      if (sign === '\\' && quote !== '`') i++
      else if (sign === quote) quote = ''
    } else if (sign === '"' || sign === "'" || sign === '`') quote = sign
    else if (sign === '}') return i
  }
  return -1
}
