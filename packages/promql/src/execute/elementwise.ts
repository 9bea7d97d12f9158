import { DATE_FUNCTIONS } from './date-functions.ts'

/** Changes a series' columns in place; parameters have one value for each step. */
type InPlace = (
  values: Float64Array,
  present: Uint8Array,
  parameters: readonly Float64Array[],
) => void

const PLAIN: ReadonlyMap<string, (value: number) => number> = new Map<
  string,
  (value: number) => number
>([
  ['abs', Math.abs],
  ['acos', Math.acos],
  ['acosh', Math.acosh],
  ['asin', Math.asin],
  ['asinh', Math.asinh],
  ['atan', Math.atan],
  ['atanh', Math.atanh],
  ['ceil', Math.ceil],
  ['cos', Math.cos],
  ['cosh', Math.cosh],
  ['deg', (value) => (value * 180) / Math.PI],
  ['exp', Math.exp],
  ['floor', Math.floor],
  ['ln', Math.log],
  ['log10', Math.log10],
  ['log2', Math.log2],
  ['rad', (value) => (value * Math.PI) / 180],
  ['sgn', Math.sign],
  ['sin', Math.sin],
  ['sinh', Math.sinh],
  ['sqrt', Math.sqrt],
  ['tan', Math.tan],
  ['tanh', Math.tanh],
])

/** What an elementwise function does to a series, undefined when there is no such function. */
export function streamFunction(name: string): InPlace | undefined {
  const date = DATE_FUNCTIONS.get(name)
  const plain = PLAIN.get(name) ?? date
  if (plain !== undefined) {
    return (values) => {
      for (let k = 0; k < values.length; k++) values[k] = plain(values[k]!)
    }
  }
  switch (name) {
    case 'round':
      return round
    case 'clamp':
      return clamp
    case 'clamp_min':
      return (values, _present, [min]) => {
        for (let k = 0; k < values.length; k++) values[k] = larger(min![k]!, values[k]!)
      }
    case 'clamp_max':
      return (values, _present, [max]) => {
        for (let k = 0; k < values.length; k++) values[k] = smaller(max![k]!, values[k]!)
      }
    default:
      return undefined
  }
}

/** Halves go up, also below zero; the inverse is used as Prometheus does, against rounding of 0.1 and its like. */
function round(
  values: Float64Array,
  _present: Uint8Array,
  [nearest]: readonly Float64Array[],
): void {
  for (let k = 0; k < values.length; k++) {
    const inverse = 1 / (nearest === undefined ? 1 : nearest[k]!)
    values[k] = Math.floor(values[k]! * inverse + 0.5) / inverse
  }
}

function clamp(
  values: Float64Array,
  present: Uint8Array,
  [min, max]: readonly Float64Array[],
): void {
  for (let k = 0; k < values.length; k++) {
    if (max![k]! < min![k]!) present[k] = 0
    values[k] = larger(min![k]!, smaller(max![k]!, values[k]!))
  }
}

/** As in Go, the larger of NaN and +Inf is +Inf. */
export function larger(a: number, b: number): number {
  return a === Number.POSITIVE_INFINITY || b === Number.POSITIVE_INFINITY
    ? Number.POSITIVE_INFINITY
    : Math.max(a, b)
}

/** As in Go, the smaller of NaN and -Inf is -Inf. */
export function smaller(a: number, b: number): number {
  return a === Number.NEGATIVE_INFINITY || b === Number.NEGATIVE_INFINITY
    ? Number.NEGATIVE_INFINITY
    : Math.min(a, b)
}
