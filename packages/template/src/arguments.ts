import { GoList, GoObject, type ParamType } from './go-value.ts'

/** What a function may be given: undefined is no value at all, null an empty interface. */
export type Argument = unknown

/** Go's names of the types, as its errors have them. */
export const EXPECTED: Readonly<Record<ParamType, string>> = {
  any: 'interface {}',
  string: 'string',
  int: 'int',
  float: 'float64',
  bool: 'bool',
  list: '[]interface {}',
  strings: '[]string',
  time: 'time.Time',
  duration: 'time.Duration',
  sample: '*template.sample',
  samples: 'template.queryResult',
}

const NILABLE: ReadonlySet<ParamType> = new Set(['any', 'list', 'strings', 'sample', 'samples'])

/** Whether Go could assign the value to a parameter of the type. */
export function argumentFits(value: Argument, type: ParamType): boolean {
  if (value === undefined || value === null) return NILABLE.has(type)
  switch (type) {
    case 'any':
      return true
    case 'string':
      return typeof value === 'string'
    case 'int':
      return typeof value === 'bigint'
    case 'float':
      return typeof value === 'number'
    case 'bool':
      return typeof value === 'boolean'
    case 'list':
      return Array.isArray(value) && !(value instanceof GoList)
    case 'strings':
      return value instanceof GoList && value.isStrings
    case 'duration':
      return value instanceof GoObject && value.typeName === 'time.Duration'
    case 'time':
      return value instanceof GoObject && value.typeName === 'time.Time'
    case 'sample':
      return value instanceof GoObject && value.typeName === '*template.sample'
    case 'samples':
      return value instanceof GoList && value.typeName === 'template.queryResult'
    default:
      return type satisfies never
  }
}
