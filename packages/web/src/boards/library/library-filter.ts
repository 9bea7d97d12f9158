import type { BoardRow } from '@weir/boards'

/** What narrows the list, as the address has it. */
export interface LibraryWish {
  readonly q?: string | undefined
  readonly tag?: string | undefined
  readonly folder?: string | undefined
  readonly origin?: string | undefined
}

/** Rows that fit, starred ones first, then by folder and title. */
export function boardsThatFit(
  rows: readonly BoardRow[],
  wish: LibraryWish,
  stars: ReadonlySet<string>,
): BoardRow[] {
  const words = (wish.q ?? '')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  return rows
    .filter((row) => wish.tag === undefined || row.tags.includes(wish.tag))
    .filter(({ folder }) => wish.folder === undefined || isIn(folder, wish.folder))
    .filter(({ origin }) => fitsOrigin(origin, wish.origin))
    .filter((row) => {
      const text = `${row.title} ${row.folder} ${row.tags.join(' ')} ${row.description} ${row.uid}`
      const lower = text.toLowerCase()
      return words.every((word) => lower.includes(word))
    })
    .sort(
      (a, b) =>
        Number(stars.has(b.uid)) - Number(stars.has(a.uid)) ||
        ORDER.compare(a.folder, b.folder) ||
        ORDER.compare(a.title, b.title),
    )
}

const ORDER = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/** A folder holds what is in the folders in it. */
function isIn(folder: string, wanted: string): boolean {
  return folder === wanted || folder.startsWith(`${wanted}/`)
}

function fitsOrigin(origin: BoardRow['origin'], wanted: string | undefined): boolean {
  if (wanted === 'pack') return origin === 'pack'
  return wanted === 'own' ? origin !== 'pack' : true
}

/** Every tag, the most used first. */
export function tagsOf(rows: readonly BoardRow[]): string[] {
  return mostUsed(rows.flatMap(({ tags }) => tags))
}

/** Every folder and those that hold one, by name. */
export function foldersOf(rows: readonly BoardRow[]): string[] {
  const all = rows.flatMap(({ folder }) => {
    const parts = folder.split('/')
    return folder === '' ? [] : parts.map((_part, i) => parts.slice(0, i + 1).join('/'))
  })
  return [...new Set(all)].sort(ORDER.compare)
}

function mostUsed(names: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1] || ORDER.compare(a[0], b[0])).map(([name]) => name)
}
