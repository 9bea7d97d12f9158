import { pickSearch } from '../../search-text.ts'

const KEYS = [
  'from',
  'to',
  'tz',
  'refresh',
  'viewPanel',
  'kiosk',
  'compare',
  'edit',
  'editPanel',
] as const

/** What the address of a board holds: its time, the values of its variables, and how it is looked at. */
export type BoardSearch = { readonly [K in (typeof KEYS)[number]]?: string } & {
  readonly [variable: `var-${string}`]: string | readonly string[]
}

export function readBoardSearch(search: Readonly<Record<string, unknown>>): BoardSearch {
  const variables = Object.entries(search).flatMap(([key, value]) =>
    key.startsWith('var-') && (typeof value === 'string' || isTexts(value)) ? [[key, value]] : [],
  )
  return { ...pickSearch(search, KEYS), ...Object.fromEntries(variables) }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

/** What changes in the address; undefined takes out. */
export type BoardChange = { readonly [K in keyof BoardSearch]?: BoardSearch[K] | undefined }

export function changedSearch(before: BoardSearch, change: BoardChange): BoardSearch {
  const all = Object.entries({ ...before, ...change })
  return readBoardSearch(Object.fromEntries(all.filter(([, value]) => value !== undefined)))
}
