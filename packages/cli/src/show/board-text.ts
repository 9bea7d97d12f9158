import type {
  BoardAnswer,
  BoardImport,
  BoardList,
  BoardRow,
  BoardVersionRow,
  Note,
  Panel,
} from '@weir/boards'
import { columns, counted } from './columns.ts'
import { inert } from './inert.ts'

/** Dashboards, a line each, by folder and title. */
export function showBoards(boards: readonly BoardRow[], problems: BoardList['problems']): string[] {
  const rows = boards
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    .map((row) => [row.uid, row.origin, inert(row.folder || '-'), inert(row.title), tagsOf(row)])
  const lines =
    rows.length === 0
      ? ['No dashboards']
      : columns([['uid', 'origin', 'folder', 'title', 'tags'], ...rows])
  return [...lines, ...problems.map(({ file, what }) => `! ${inert(file)}: ${inert(what)}`)]
}

function keyOf({ folder, title }: BoardRow): string {
  return `${folder}\u0000${title}`
}

function tagsOf({ tags }: BoardRow): string {
  return inert(tags.join(', '))
}

/** One dashboard with its panels. */
export function showBoard({ dashboard, meta, notes }: BoardAnswer): string[] {
  const by = meta.author === '' ? '' : ` by ${inert(meta.author)}`
  const saved = meta.version === 0 ? '' : `, version ${meta.version}${by}`
  const panels = (dashboard.panels ?? []).flatMap(withInner)
  return [
    `${inert(meta.title)} (${meta.uid}): ${counted(meta.panelCount, 'panel')}, ${meta.origin}${saved}`,
    ...columns(
      panels.map(({ id, type, title }) => [`#${id}`, inert(type), inert(title)]),
      { indent: '  ' },
    ),
    ...showNotes(notes),
  ]
}

function withInner(panel: Panel): Panel[] {
  return [panel, ...(panel.panels ?? [])]
}

function showNotes(notes: readonly Note[]): string[] {
  return notes.map(({ kind, where, text }) => {
    const at = where === '' ? '' : `${inert(where)}: `
    return `  ${kind}: ${at}${inert(text)}`
  })
}

export function showVersions(versions: readonly BoardVersionRow[]): string[] {
  if (versions.length === 0) return ['No versions: it is of a pack']
  return columns(
    versions.map(({ version, atMs, author, message }) => [
      String(version),
      new Date(atMs).toISOString(),
      inert(author || '-'),
      inert(message),
    ]),
  )
}

/** What became of the dashboards of a file. */
export function showImported(found: {
  readonly file: string
  readonly boards: BoardImport['boards']
}): string[] {
  return found.boards.flatMap((board) => {
    const { title, panelCount, saved, exists, problem, notes } = board
    const what = `${inert(found.file)}: ${inert(title)}, ${counted(panelCount, 'panel')}`
    if (problem !== '') return [`${what}: ${inert(problem)}`]
    const there = exists === null ? '' : ` (${exists.uid} is there already)`
    const kept = saved === null ? `would be kept${there}` : `kept as ${saved.uid}`
    return [`${what}: ${kept}`, ...showNotes(notes)]
  })
}

export function showExported(written: readonly string[]): string[] {
  return [...written, counted(written.length, 'dashboard')]
}
