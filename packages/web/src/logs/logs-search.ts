/** What of the log explorer is in the address. */
export const LOGS_SEARCH = [
  'query',
  'from',
  'to',
  'mode', // `logql` for the editor; else the search box, where it can say the query
  'columns', // names, with commas between
  'order', // `oldest`, or newest first
  'wrap', // `1` for lines at their whole length
  'live', // `1` while lines are followed as they come
  'line', // nanoseconds of the line to open
] as const

export type LogsSearch = {
  readonly [name in (typeof LOGS_SEARCH)[number]]?: string
}

/** Undefined takes a name out of the address. */
export type LogsSearchChange = {
  readonly [name in keyof LogsSearch]?: string | undefined
}

export function changed(before: LogsSearch, change: LogsSearchChange): LogsSearch {
  const entries = Object.entries({ ...before, ...change })
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as LogsSearch
}

export function columnsOf(text: string | undefined): readonly string[] {
  return [...new Set((text ?? '').split(',').filter((name) => name !== ''))]
}

/** With a column more, or less when it is there. */
export function toggledColumn(text: string | undefined, name: string): string | undefined {
  const columns = columnsOf(text)
  const next = columns.includes(name) ? columns.filter((each) => each !== name) : [...columns, name]
  return next.join(',') || undefined
}
