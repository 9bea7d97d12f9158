/** What a panel or a target names as its data source, in any of the spellings that boards use. */
import { type Json, isRecord, record, records, text } from '../json.ts'

/**
 * `metrics`: Weir's PromQL answers · `logs`: Weir's LogQL · `influx`: translated to PromQL · `unset`: the
 * default one · `mixed`: each target says · `dashboard`: another panel's data · `expression`: arithmetic that
 * Grafana's server does · `grafana`: Grafana's own · `other`: no data here.
 */
export type SourceKind =
  | 'metrics'
  | 'logs'
  | 'influx'
  | 'unset'
  | 'mixed'
  | 'dashboard'
  | 'expression'
  | 'grafana'
  | 'other'

/** The variables, inputs and plain names of one board. */
export class DataSources {
  /** Type of plugin by name of variable or input. */
  readonly #plugins = new Map<string, string>()

  constructor(board: Json) {
    for (const variable of records(record(board['templating'])['list'])) {
      if (variable['type'] === 'datasource')
        this.#plugins.set(text(variable['name']), text(variable['query']))
    }
    for (const input of records(board['__inputs'])) {
      if (input['type'] === 'datasource')
        this.#plugins.set(text(input['name']), text(input['pluginId']))
    }
  }

  /** @param ref null, a name, `$var`, `${DS_X}`, or `{type, uid}` */
  kindOf(ref: unknown): SourceKind {
    if (isRecord(ref)) {
      const uid = text(ref['uid'])
      const type = text(ref['type'])
      if (type === '' || type === 'datasource') return uid === '' ? 'unset' : this.#named(uid)
      return kindOfPlugin(type)
    }
    return typeof ref === 'string' && ref !== '' ? this.#named(ref) : 'unset'
  }

  /** What to call it in a note. */
  nameOf(ref: unknown): string {
    if (!isRecord(ref)) return text(ref, 'default')
    return text(ref['type']) || this.#pluginOf(text(ref['uid'])) || text(ref['uid'], 'default')
  }

  #pluginOf(name: string): string | undefined {
    const variable = /^\$(?:\{(\w{1,200})(?::\w{1,40})?\}|(\w{1,200}))$|^\[\[(\w{1,200})\]\]$/.exec(
      name,
    )
    return variable === null
      ? undefined
      : this.#plugins.get(variable[1] ?? variable[2] ?? variable[3] ?? '')
  }

  #named(name: string): SourceKind {
    switch (name) {
      case '-- Mixed --':
        return 'mixed'
      case '-- Dashboard --':
        return 'dashboard'
      case '-- Grafana --':
      case 'grafana':
        return 'grafana'
      case '__expr__':
      case '-100':
        return 'expression'
      default: {
        const plugin = this.#pluginOf(name)
        if (plugin !== undefined) return kindOfPlugin(plugin)
        // A name that somebody chose: it tells something only where it is the plugin's.
        const kind = kindOfPlugin(name)
        return kind === 'other' ? 'unset' : kind
      }
    }
  }
}

function kindOfPlugin(plugin: string): SourceKind {
  const type = plugin.toLowerCase()
  if (/victoria.?metrics-logs|victorialogs/.test(type)) return 'other'
  if (/prometheus|victoria.?metrics|mimir|cortex|thanos|^prom/.test(type)) return 'metrics'
  if (/loki/.test(type)) return 'logs'
  if (/influx/.test(type)) return 'influx'
  if (type === '__expr__') return 'expression'
  if (type === 'grafana') return 'grafana'
  return type === '' || type === 'default' ? 'unset' : 'other'
}
