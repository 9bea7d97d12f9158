import { type Document, isObject } from './document.ts'

/** How a dashboard leaves: as it is kept, for people elsewhere (they are asked for their data source), or for a provisioned Grafana. */
export type ExportForm = 'plain' | 'sharing' | 'provisioning'

export const EXPORT_FORMS: readonly ExportForm[] = ['plain', 'sharing', 'provisioning']

/** @see grafana:public/app/features/dashboard/components/DashExportModal/DashboardExporter.ts */
export function exportBoard(document: Document, form: ExportForm): Document {
  if (form === 'plain') return document
  const bare = Object.fromEntries(
    Object.entries(document).filter(([key]) => key !== '__inputs' && key !== '__requires'),
  )
  const withId = { ...bare, id: null }
  return form === 'sharing' ? shared(withId) : provisioned(withId)
}

interface SourceKind {
  readonly type: 'prometheus' | 'loki'
  readonly title: string
}

const KINDS: readonly SourceKind[] = [
  { type: 'prometheus', title: 'Prometheus' },
  { type: 'loki', title: 'Loki' },
]

/** Every fixed data source becomes an input that is asked for on import; variables stay. */
function shared(document: Document): Document {
  const used = new Set<SourceKind>()
  const filled = withSources(document, (kind) => {
    used.add(kind)
    return { type: kind.type, uid: `\${DS_${kind.type.toUpperCase()}}` }
  })
  const kinds = KINDS.filter((kind) => used.has(kind))
  const inputs = kinds.map(({ type, title }) => ({
    name: `DS_${type.toUpperCase()}`,
    label: title,
    description: '',
    type: 'datasource',
    pluginId: type,
    pluginName: title,
  }))
  return { __inputs: inputs, __requires: requirements(filled, kinds), ...(filled as Document) }
}

function requirements(document: unknown, kinds: readonly SourceKind[]): object[] {
  const types = new Set<string>()
  collectPanels(document, types)
  return [
    ...kinds.map(({ type, title }) => ({
      type: 'datasource',
      id: type,
      name: title,
      version: '1.0.0',
    })),
    { type: 'grafana', id: 'grafana', name: 'Grafana', version: '10.0.0' },
    ...[...types].map((id) => ({ type: 'panel', id, name: id, version: '' })),
  ].toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

function collectPanels(value: unknown, types: Set<string>): void {
  if (!isObject(value)) return
  for (const list of [value['panels'], value['rows']]) {
    if (!Array.isArray(list)) continue
    for (const panel of list) {
      if (!isObject(panel)) continue
      const { type } = panel
      if (typeof type === 'string' && type !== 'row') types.add(type)
      collectPanels(panel, types)
    }
  }
}

/** Every fixed data source becomes a choice on the dashboard. */
function provisioned(document: Document): Document {
  const used = new Set<SourceKind>()
  const filled = withSources(document, (kind) => {
    used.add(kind)
    return { type: kind.type, uid: `\${${variableOf(kind)}}` }
  }) as Document
  const templating = isObject(filled['templating']) ? filled['templating'] : {}
  const list = Array.isArray(templating['list']) ? (templating['list'] as unknown[]) : []
  const names = new Set(list.map((variable) => (isObject(variable) ? variable['name'] : '')))
  const added = KINDS.filter((kind) => used.has(kind) && !names.has(variableOf(kind))).map(
    (kind) => ({
      name: variableOf(kind),
      label: kind.type === 'prometheus' ? 'Data source' : 'Logs',
      type: 'datasource',
      query: kind.type,
    }),
  )
  return { ...filled, templating: { ...templating, list: [...added, ...list] } }
}

function variableOf({ type }: SourceKind): string {
  return type === 'prometheus' ? 'datasource' : 'loki_datasource'
}

/** The document with every data source that is fixed (a name, a uid, or none at all) replaced. */
function withSources(document: Document, source: (kind: SourceKind) => object): unknown {
  const replaced = (holder: Document): Document => {
    const kind = kindOf(holder['datasource'])
    return kind === undefined ? holder : { ...holder, datasource: source(kind) }
  }
  const panel = (given: unknown): unknown => {
    if (!isObject(given)) return given
    const below = mapped(mapped(given, 'panels', panel), 'targets', (target) =>
      isObject(target) && 'datasource' in target ? replaced(target) : target,
    )
    return Array.isArray(below['targets']) && below['targets'].length > 0 ? replaced(below) : below
  }
  const withPanels = mapped(mapped(document, 'panels', panel), 'rows', panel)
  const variable = (given: unknown): unknown =>
    isObject(given) && (given['type'] === 'query' || given['type'] === 'adhoc')
      ? replaced(given)
      : given
  const annotation = (given: unknown): unknown =>
    isObject(given) && given['builtIn'] !== 1 ? replaced(given) : given
  return within(within(withPanels, 'templating', variable), 'annotations', annotation)
}

function mapped(holder: Document, key: string, change: (value: unknown) => unknown): Document {
  const list = holder[key]
  return Array.isArray(list) ? { ...holder, [key]: list.map(change) } : holder
}

function within(document: Document, key: string, change: (value: unknown) => unknown): Document {
  const holder = document[key]
  return isObject(holder) ? { ...document, [key]: mapped(holder, 'list', change) } : document
}

/** Which kind of source stands here; undefined for one that is chosen by a variable, or is none of ours. */
function kindOf(source: unknown): SourceKind | undefined {
  if (source === undefined || source === null) return KINDS[0]
  if (typeof source === 'string') {
    if (/^(?:\$|\[\[|-- )/.test(source)) return undefined
    return /loki/i.test(source) ? KINDS[1] : KINDS[0]
  }
  if (!isObject(source)) return undefined
  const { type, uid } = source
  if (typeof uid === 'string' && /^(?:\$|\[\[|-- )/.test(uid)) {
    // An input of the sharing form that it was imported from is no variable.
    if (!uid.startsWith('${DS_')) return undefined
  }
  return KINDS.find((kind) => kind.type === (type ?? 'prometheus'))
}
