/**
 * Words for values as a list to edit: one row each, in the order in which they are tried. In the document
 * several single values share one mapping; here each has its row.
 */
import type { ValueMapping } from '../dashboard.ts'

type Special = Extract<ValueMapping, { readonly type: 'special' }>['options']['match']
type Result = Extract<ValueMapping, { readonly type: 'range' }>['options']['result']

export type MappingRow = { readonly result: Result } & (
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'range'; readonly from: number | null; readonly to: number | null }
  | { readonly kind: 'regex'; readonly pattern: string }
  | { readonly kind: 'special'; readonly match: Special }
  /** A kind of a later day: it keeps its place. */
  | { readonly kind: 'other'; readonly mapping: ValueMapping }
)

export function mappingRows(mappings: readonly ValueMapping[]): MappingRow[] {
  return mappings.flatMap((mapping): MappingRow[] => {
    switch (mapping.type) {
      case 'value':
        return Object.entries(mapping.options)
          .toSorted(([, a], [, b]) => (a.index ?? 0) - (b.index ?? 0))
          .map(([value, result]) => ({ kind: 'value', value, result }))
      case 'range': {
        const { from, to, result } = mapping.options
        return [{ kind: 'range', from, to, result }]
      }
      case 'regex':
        return [{ kind: 'regex', ...mapping.options }]
      case 'special':
        return [{ kind: 'special', ...mapping.options }]
      default:
        return [{ kind: 'other', mapping, result: {} }]
    }
  })
}

/** Back to mappings; the index of a result is its place, which orders the states of a panel. */
export function mappingsOf(rows: readonly MappingRow[]): ValueMapping[] {
  const mappings: ValueMapping[] = []
  for (const [index, row] of rows.entries()) {
    const result = { ...row.result, index }
    const last = mappings.at(-1)
    switch (row.kind) {
      case 'value':
        if (last?.type === 'value' && !Object.hasOwn(last.options, row.value)) {
          const options = { ...last.options, [row.value]: result }
          mappings[mappings.length - 1] = { type: 'value', options }
        } else {
          mappings.push({ type: 'value', options: { [row.value]: result } })
        }
        break
      case 'range':
        mappings.push({ type: 'range', options: { from: row.from, to: row.to, result } })
        break
      case 'regex':
        mappings.push({ type: 'regex', options: { pattern: row.pattern, result } })
        break
      case 'special':
        mappings.push({ type: 'special', options: { match: row.match, result } })
        break
      case 'other':
        mappings.push(row.mapping)
    }
  }
  return mappings
}
