import { configSchema, countsFrom } from '@weir/server'

/** As much of JSON Schema as the configuration has. */
interface Schema {
  readonly type?: string | readonly string[]
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly not?: object
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
}

/** weir.yml as a JSON Schema. */
export function configurationSchema(): Schema {
  return configSchema()
}

/** A key with the way to it, `scrape_configs[].job_name`. */
interface Key {
  readonly path: string
  readonly schema: Schema
}

/** Every key that there is, and those within. Refused ones are left out. */
export function allKeys(schema: Schema, path = ''): Key[] {
  if (schema.items !== undefined) return allKeys(schema.items, `${path}[]`)
  const { additionalProperties: each } = schema
  const named = typeof each === 'object' ? allKeys(each, `${path}.NAME`) : []
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    if (isRefused(inner)) return []
    const at = path === '' ? name : `${path}.${name}`
    return [{ path: at, schema: inner }, ...allKeys(inner, at)]
  })
  const choices = (schema.anyOf ?? []).flatMap((choice) => allKeys(choice, path))
  return [...own, ...named, ...choices]
}

/** Keys of `section` that are known and refused. */
export function refusedKeys(schema: Schema): string[] {
  return Object.entries(schema.properties ?? {})
    .filter(([, inner]) => isRefused(inner))
    .map(([name]) => name)
}

function isRefused(schema: Schema): boolean {
  return schema.not !== undefined
}

/** Lists with more keys than this in an item get a table of their own. */
const INLINE_KEYS_MAX = 3

/** A table a section; lists of larger things have their own, once. */
export function configurationTables(schema: Schema): string {
  const tables: string[] = []
  const shown = new Map<string, string>()
  const waiting = Object.entries(schema.properties ?? {})
    .filter(([, inner]) => !isRefused(inner))
    .map(([name, inner]) => ({ path: name, schema: inner }))
  const plain: Key[] = []
  let httpIsIn: string | undefined
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { path, schema: section } = next
    const body = section.items ?? section
    if (body.properties === undefined) {
      plain.push(next)
      continue
    }
    const same = JSON.stringify(body.properties)
    if (shown.has(same)) continue
    shown.set(same, path)
    const title = section.items === undefined ? path : `${path}[]`
    const inner = new Rows(title, httpIsIn)
    inner.add(body, '')
    httpIsIn ??= inner.hasHttp ? title : undefined
    waiting.unshift(...inner.apart)
    const about = section.description === undefined ? '' : `${section.description}\n\n`
    tables.push(`### \`${title}\`\n\n${about}${table(inner.rows)}`)
  }
  return [`### Keys without a section\n\n${table(plain.map((key) => rowOf(key)))}`, ...tables].join(
    '\n\n',
  )
}

/** The keys by which requests are set up; several sections have them, one table tells of them. */
const HTTP_KEYS = [
  'basic_auth',
  'authorization',
  'bearer_token',
  'bearer_token_file',
  'oauth2',
  'tls_config',
  'proxy_url',
  'no_proxy',
  'proxy_from_environment',
  'proxy_connect_header',
  'http_headers',
  'follow_redirects',
  'enable_http2',
]

/** The rows of one table; what wants a table of its own is put aside. */
class Rows {
  readonly rows: string[][] = []
  readonly apart: Key[] = []
  /** Whether the keys of the HTTP client are among the rows. */
  hasHttp = false
  readonly #title: string
  readonly #httpIsIn: string | undefined

  /** @param httpIsIn the section that has told of the keys of the HTTP client already */
  constructor(title: string, httpIsIn: string | undefined) {
    this.#title = title
    this.#httpIsIn = httpIsIn
  }

  add(schema: Schema, prefix: string): void {
    const isHttp = HTTP_KEYS.every((key) => key in (schema.properties ?? {}))
    const isKnown = isHttp && this.#httpIsIn !== undefined
    this.hasHttp ||= isHttp
    if (isKnown) {
      const keys = HTTP_KEYS.map((key) => `\`${prefix}${key}\``).join(', ')
      this.rows.push([
        keys,
        '',
        '',
        this.#counts(`${prefix}${HTTP_KEYS[0]}`),
        `As in \`${this.#httpIsIn}\`.`,
      ])
    }
    for (const [name, inner] of Object.entries(schema.properties ?? {})) {
      if (isRefused(inner) || (isKnown && HTTP_KEYS.includes(name))) continue
      const path = `${prefix}${name}`
      const within = inner.items ?? inner
      const count = Object.keys(within.properties ?? {}).length
      if (within.properties === undefined) {
        this.rows.push(this.#rowOf({ path, schema: inner }))
        const { additionalProperties: each } = inner
        if (typeof each === 'object') this.add(each, `${path}.NAME.`)
      } else if (inner.items !== undefined && count > INLINE_KEYS_MAX) {
        this.rows.push(this.#rowOf({ path, schema: inner }))
        this.apart.push({ path: `${this.#title}.${path}`, schema: inner })
      } else {
        if (inner.items !== undefined) this.rows.push(this.#rowOf({ path, schema: inner }))
        this.add(within, inner.items === undefined ? `${path}.` : `${path}[].`)
      }
    }
  }

  #rowOf(key: Key): string[] {
    return rowOf(key, `${this.#title}.${key.path}`)
  }

  #counts(path: string): string {
    return countsOf(`${this.#title}.${path}`)
  }
}

function table(rows: readonly (readonly string[])[]): string {
  const lines = rows.map((row) => `| ${row.join(' | ')} |`)
  const head = ['| key | kind | default | counts | meaning |', '| --- | --- | --- | --- | --- |']
  return [...head, ...lines].join('\n')
}

/** From when on a changed key counts, in a word. */
function countsOf(path: string): string {
  const from = countsFrom(path.replaceAll('[]', ''))
  if (from === undefined) throw new Error(`at-start.ts does not say from when on ${path} counts`)
  return from === 'reload' ? 'reload' : 'next start'
}

/** @param whole the key with the way to it */
function rowOf({ path, schema }: Key, whole = path): string[] {
  const fallback = showDefault(schema.default)
  const cells = [`\`${path}\``, kindOf(schema), fallback, countsOf(whole), schema.description ?? '']
  return cells.map((cell) => cell.replaceAll('|', '\\|'))
}

function showDefault(value: unknown): string {
  const isEmpty =
    value === undefined || value === '' || (typeof value === 'object' && isHollow(value))
  return isEmpty ? '' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

function isHollow(value: object | null): boolean {
  return value === null || Object.keys(value).length === 0
}

/** What may stand there, in a few words. */
function kindOf(schema: Schema): string {
  if (schema.title !== undefined) return schema.title
  if (schema.enum !== undefined) return schema.enum.filter((value) => value !== '').join(', ')
  if (schema.const !== undefined) return schema.const === '' ? '' : JSON.stringify(schema.const)
  if (schema.anyOf !== undefined) {
    return [...new Set(schema.anyOf.map(kindOf).filter((kind) => kind !== ''))].join(' or ')
  }
  if (schema.items !== undefined) return listKind(kindOf(schema.items))
  const { type, additionalProperties: each } = schema
  if (typeof each === 'object')
    return each.properties === undefined ? `map of ${kindOf(each)}` : 'map'
  if (type === 'integer') return wholeNumber(schema)
  if (type === 'boolean') return 'true or false'
  if (type === 'string' || Array.isArray(type)) return 'text'
  return type === 'null' ? '' : String(type ?? 'anything')
}

function listKind(kind: string): string {
  return kind === 'object' ? 'list' : `list of ${kind}`
}

function wholeNumber({ minimum, exclusiveMinimum = -1, maximum = Infinity }: Schema): string {
  if (maximum >= Number.MAX_SAFE_INTEGER) return 'number'
  return `number, ${minimum ?? exclusiveMinimum + 1} to ${maximum.toLocaleString('en')}`
}
