/** Panels that are described elsewhere: by a library, or by another panel whose data they show. */
import { type Json, isRecord, list, record, records, text } from '../json.ts'
import type { NoteBook } from '../note-book.ts'
import { DataSources } from './data-sources.ts'
import { childrenOf, panelName } from './read-panel.ts'

/** The panels of a board, each with all that it needs in itself. */
export function withShared(board: Json, panels: readonly Json[], notes: NoteBook): readonly Json[] {
  const sources = new DataSources(board)
  const library = libraryOf(board)
  const byId = new Map<unknown, Json>()
  for (const panel of panels) {
    for (const one of [panel, ...childrenOf(panel)]) byId.set(one['id'], one)
  }
  const whole = (panel: Json): Json => {
    const found = fromLibrary(panel, library, notes)
    return sources.kindOf(found['datasource']) === 'dashboard'
      ? fromOther(found, byId, notes)
      : found
  }
  return panels.map((panel) => {
    const children = childrenOf(panel)
    return children.length === 0 ? whole(panel) : { ...whole(panel), panels: children.map(whole) }
  })
}

/** Models by uid, from `__elements`: an object, or a list in its first form. */
function libraryOf(board: Json): ReadonlyMap<string, Json> {
  const raw = board['__elements']
  const elements = Array.isArray(raw) ? list(raw) : Object.values(record(raw))
  return new Map(
    elements.filter(isRecord).map((element) => [text(element['uid']), record(element['model'])]),
  )
}

function fromLibrary(panel: Json, library: ReadonlyMap<string, Json>, notes: NoteBook): Json {
  const uid = text(record(panel['libraryPanel'])['uid'])
  const type = text(panel['type'])
  if (uid === '' || (type !== '' && type !== 'library-panel-ref')) return panel
  const model = library.get(uid)
  if (model !== undefined) {
    return {
      ...model,
      ...panel,
      type: model['type'],
      title: text(panel['title']) || model['title'],
    }
  }
  const name = text(record(panel['libraryPanel'])['name']) || uid
  notes.broken(
    panelName(Number(panel['id'] ?? 0), panel['title']),
    `The library panel "${name}" is not in this file; export the dashboard for sharing, which brings it`,
  )
  return panel
}

/** `-- Dashboard --`: the same queries as another panel of the board. */
function fromOther(panel: Json, byId: ReadonlyMap<unknown, Json>, notes: NoteBook): Json {
  const asked = records(panel['targets']).find(({ panelId }) => panelId !== undefined)
  if (asked === undefined) return panel
  const source = byId.get(asked['panelId'])
  const where = panelName(Number(panel['id'] ?? 0), panel['title'])
  if (source === undefined || source === panel) {
    notes.broken(where, `Shows the data of panel ${text(asked['panelId'])}, which is not there`)
    return panel
  }
  const before = asked['withTransforms'] === true ? records(source['transformations']) : []
  return {
    ...panel,
    datasource: source['datasource'],
    targets: records(source['targets']),
    transformations: [...before, ...records(panel['transformations'])],
  }
}
