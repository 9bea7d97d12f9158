/** What Loki calls the kind of a field's values. */
export type FieldType = 'string' | 'int' | 'float' | 'boolean' | 'duration' | 'bytes'

const INT = /^[+-]?\d{1,18}$/
const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$|^[+-]?(?:inf|infinity)$|^nan$/i
const BOOLEAN = /^(?:t|T|TRUE|true|True|f|F|FALSE|false|False)$/
/** As Go writes and reads durations; `0` is an int. */
const DURATION = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/
const BYTES = /^(?:\d[\d,]*\.?\d*) ?(?:b|[kmgtpe](?:i?b|i)?)$/i

/** The kind of a value, tried in Loki's order; `1` and `0` are ints. */
export function fieldType(value: string): FieldType {
  if (INT.test(value)) return 'int'
  if (FLOAT.test(value)) return 'float'
  if (BOOLEAN.test(value)) return 'boolean'
  if (DURATION.test(value)) return 'duration'
  if (BYTES.test(value)) return 'bytes'
  return 'string'
}
