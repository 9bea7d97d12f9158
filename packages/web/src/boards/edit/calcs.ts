/** Calculations over a field, as people choose them. */
export const CALCS: { readonly value: string; readonly label: string }[] = [
  { value: 'lastNotNull', label: 'Last' },
  { value: 'firstNotNull', label: 'First' },
  { value: 'mean', label: 'Mean' },
  { value: 'min', label: 'Min' },
  { value: 'max', label: 'Max' },
  { value: 'sum', label: 'Total' },
  { value: 'count', label: 'Count' },
  { value: 'range', label: 'Range' },
  { value: 'delta', label: 'Delta' },
  { value: 'diff', label: 'Difference' },
  { value: 'stdDev', label: 'Standard deviation' },
  { value: 'median', label: 'Median' },
  { value: 'distinctCount', label: 'Distinct count' },
  { value: 'last', label: 'Last, gaps too' },
  { value: 'first', label: 'First, gaps too' },
  { value: 'uniqueValues', label: 'All unique values' },
]
