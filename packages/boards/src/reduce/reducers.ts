/** One value that stands for a column: the last, the mean, the 95th percentile. */
import type { Field } from '../frame.ts'

type Values = Field['values']

export interface Reducer {
  readonly id: string
  /** As legends and tables head it; a legend is sorted by it too. */
  readonly name: string
  readonly reduce: (values: Values) => unknown
}

/** Whether a cell holds nothing. A NaN is how a missing number is kept. */
export function isMissing(value: unknown): value is null | undefined {
  return value === null || value === undefined || (typeof value === 'number' && Number.isNaN(value))
}

function numbersIn(values: Values): number[] {
  const numbers: number[] = []
  for (const value of values)
    if (typeof value === 'number' && !Number.isNaN(value)) numbers.push(value)
  return numbers
}

/** A reducer of numbers: null when there are none. */
function ofNumbers(reduce: (numbers: readonly number[]) => number): Reducer['reduce'] {
  return (values) => {
    const numbers = numbersIn(values)
    return numbers.length === 0 ? null : reduce(numbers)
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
const least = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.min(a, b))
const most = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b))

function variance(numbers: readonly number[]): number {
  const mean = sum(numbers) / numbers.length
  return sum(numbers.map((value) => (value - mean) ** 2)) / numbers.length
}

/** What a counter went up by, its falls taken as starts from nothing. */
function increase(numbers: readonly number[]): number {
  let total = 0
  for (let i = 1; i < numbers.length; i++) {
    const step = numbers[i]! - numbers[i - 1]!
    total += step < 0 ? numbers[i]! : step
  }
  return total
}

function smallestStep(numbers: readonly number[]): number {
  const steps = numbers.slice(1).map((value, index) => value - numbers[index]!)
  return steps.length === 0 ? NaN : least(steps)
}

/** The value that so many percent of the values do not pass. */
function percentile(percent: number): Reducer['reduce'] {
  return ofNumbers((numbers) => {
    const sorted = numbers.toSorted((a, b) => a - b)
    return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))]!
  })
}

function changes(values: Values): number {
  let count = 0
  for (let i = 1; i < values.length; i++) {
    const before = values[i - 1]
    if (values[i] !== before && !(isMissing(values[i]) && isMissing(before))) count += 1
  }
  return count
}

const present = (values: Values): unknown[] => [...values].filter((value) => !isMissing(value))

const STANDARD: readonly Reducer[] = [
  { id: 'lastNotNull', name: 'Last *', reduce: (values) => present(values).at(-1) ?? null },
  { id: 'last', name: 'Last', reduce: (values) => values.at(-1) ?? null },
  { id: 'firstNotNull', name: 'First *', reduce: (values) => present(values)[0] ?? null },
  { id: 'first', name: 'First', reduce: (values) => values[0] ?? null },
  { id: 'min', name: 'Min', reduce: ofNumbers(least) },
  { id: 'max', name: 'Max', reduce: ofNumbers(most) },
  { id: 'mean', name: 'Mean', reduce: ofNumbers((numbers) => sum(numbers) / numbers.length) },
  { id: 'median', name: 'Median', reduce: ofNumbers(median) },
  { id: 'sum', name: 'Total', reduce: (values) => sum(numbersIn(values)) },
  { id: 'count', name: 'Count', reduce: (values) => values.length },
  { id: 'range', name: 'Range', reduce: ofNumbers((numbers) => most(numbers) - least(numbers)) },
  { id: 'delta', name: 'Delta', reduce: ofNumbers(increase) },
  { id: 'step', name: 'Step', reduce: ofNumbers(smallestStep) },
  { id: 'diff', name: 'Difference', reduce: ofNumbers((numbers) => numbers.at(-1)! - numbers[0]!) },
  {
    id: 'diffperc',
    name: 'Difference percent',
    reduce: ofNumbers((numbers) => (numbers.at(-1)! - numbers[0]!) / numbers[0]!),
  },
  {
    id: 'logmin',
    name: 'Min (above zero)',
    reduce: (values) => {
      const above = numbersIn(values).filter((value) => value > 0)
      return above.length === 0 ? null : least(above)
    },
  },
  {
    id: 'allIsZero',
    name: 'All Zeros',
    reduce: (values) => present(values).length > 0 && present(values).every((value) => value === 0),
  },
  { id: 'allIsNull', name: 'All Nulls', reduce: (values) => present(values).length === 0 },
  { id: 'changeCount', name: 'Change Count', reduce: changes },
  { id: 'distinctCount', name: 'Distinct Count', reduce: (values) => new Set(values).size },
  { id: 'stdDev', name: 'StdDev', reduce: ofNumbers((numbers) => Math.sqrt(variance(numbers))) },
  { id: 'variance', name: 'Variance', reduce: ofNumbers(variance) },
  { id: 'allValues', name: 'All values', reduce: (values) => [...values] },
  { id: 'uniqueValues', name: 'All unique values', reduce: (values) => [...new Set(values)] },
]

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

const ALIASES: Readonly<Record<string, string>> = {
  current: 'lastNotNull',
  avg: 'mean',
  total: 'sum',
}
const BY_ID = new Map(STANDARD.map((reducer) => [reducer.id, reducer]))

/** A reducer by its id or an older name for it; undefined when nobody knows it. */
export function reducerOf(id: string): Reducer | undefined {
  const known = BY_ID.get(ALIASES[id] ?? id)
  if (known !== undefined) return known
  const found = /^p([1-9][0-9]?)$/.exec(id)
  if (found === null) return undefined
  return { id, name: `${found[1]}th %`, reduce: percentile(Number(found[1])) }
}

/** A column as one value; null when it is empty or nobody knows the reducer. */
export function reduceValues(values: Values, id: string): unknown {
  return reducerOf(id)?.reduce(values) ?? null
}
