import { WeirError } from '@weir/model'
import { parseAllDocuments } from 'yaml'
import { parseSent } from '../http/json-depth.ts'
import { type Document, isObject } from './document.ts'

/** Dashboards in one file. */
const BOARDS_MAX = 1000
/** Aliases of YAML may name each other: what a small file would become stays bounded. */
const ALIASES_MAX = 100

/**
 * The dashboards in a text: Grafana's JSON as it is exported, as its API gives it (`{"dashboard": …}`), as a
 * resource of Kubernetes (`spec`), or in ConfigMaps whose keys end in `.json`; JSON or YAML, and lists of them.
 *
 * @throws {WeirError} `DASHBOARD_INVALID`
 */
export function documentsIn(text: string): Document[] {
  const found = valuesOf(text).flatMap((value) => unwrap(value, 0))
  if (found.length === 0) {
    const want = 'want the JSON of a dashboard, or a ConfigMap whose keys end in ".json"'
    throw new WeirError('DASHBOARD_INVALID', `Cannot find a dashboard in this text: ${want}`)
  }
  if (found.length > BOARDS_MAX) {
    const why = `it holds ${found.length}, want at most ${BOARDS_MAX}`
    throw new WeirError('DASHBOARD_INVALID', `Cannot take so many dashboards at once: ${why}`)
  }
  return found
}

function valuesOf(text: string): unknown[] {
  const isJson = /^\s*[[{]/.test(text)
  try {
    if (isJson) return [parseSent(text)]
    return parseAllDocuments(text).map((document) => {
      const [problem] = document.errors
      if (problem !== undefined) throw problem
      // As JSON: an alias of itself, or depth without end, ends here.
      const value = JSON.stringify(document.toJS({ maxAliasCount: ALIASES_MAX }))
      return parseSent(value ?? 'null')
    })
  } catch (cause) {
    const why = (cause as Error).message.split('\n')[0]!
    throw new WeirError('DASHBOARD_INVALID', `Cannot read the dashboard: ${why}`, { cause })
  }
}

/** Wrappers within wrappers: a list of ConfigMaps with API answers is as deep as they come. */
const DEPTH_MAX = 6

function unwrap(value: unknown, depth: number): Document[] {
  if (depth > DEPTH_MAX) return []
  if (Array.isArray(value)) return value.flatMap((one) => unwrap(one, depth + 1))
  if (!isObject(value)) return []
  const { kind, data, items, dashboard, spec, apiVersion } = value
  if (kind === 'ConfigMap' && isObject(data)) {
    return Object.entries(data)
      .filter(([key, text]) => key.endsWith('.json') && typeof text === 'string')
      .flatMap(([, text]) => valuesOf(text as string))
      .flatMap((one) => unwrap(one, depth + 1))
  }
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)) {
    return unwrap(items, depth + 1)
  }
  if (isObject(dashboard)) return unwrap(dashboard, depth + 1)
  if (typeof apiVersion === 'string' && isObject(spec)) {
    // The newer layout is brought to the classic one by who reads it; a classic one is as it is.
    return 'elements' in spec ? [value] : unwrap(named(spec, value), depth + 1)
  }
  const isBoard = 'panels' in value || 'rows' in value || 'title' in value
  return isBoard ? [value] : []
}

/** In Kubernetes a dashboard's uid is the name of the resource. */
function named(spec: Document, { metadata }: Document): Document {
  const name = isObject(metadata) ? metadata['name'] : undefined
  return typeof name === 'string' && spec['uid'] === undefined ? { uid: name, ...spec } : spec
}
