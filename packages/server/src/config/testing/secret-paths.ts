/** A part of a JSON Schema, as far as secrets are looked for in it. */
export interface Part {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Part>>
  readonly additionalProperties?: Part | boolean
  readonly items?: Part
  readonly anyOf?: readonly Part[]
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Part>>
}

export type Step = string | number

/** Where secrets stand, as the schema says: `secret.` in the words of a key, or a name that can mean nothing else. */
const SAYS_SO = /[;\s]secret\.$|are secret\.$/
const NAMED_SO = /(^|_)(password|secret|token|credentials|client_secret|secret_key|api_key)$/
/** What may lie in a file and is no secret. */
const PUBLIC = /^(ca|cert|client_ca|username|chat_id)$/

/** Routes hold routes, and so on. */
const DEPTH_MAX = 12

/** The way to each secret that a schema has: in the first item of lists, under `X-Any` of maps. */
export function secretPaths(root: Part): (readonly Step[])[] {
  return pathsIn(root, root, [], false)
}

function pathsIn(
  root: Part,
  given: Part,
  path: readonly Step[],
  isIn: boolean,
): (readonly Step[])[] {
  if (path.length > DEPTH_MAX) return []
  const part = given.$ref === undefined ? given : root.$defs![given.$ref.split('/').at(-1)!]!
  const key = path.findLast((step) => typeof step === 'string') ?? ''
  const isFile = key.endsWith('_file') || key === 'files'
  const isSecret = isIn || (!isFile && (SAYS_SO.test(part.description ?? '') || NAMED_SO.test(key)))
  const { properties = {}, additionalProperties, items, anyOf = [] } = part
  const hasTwin = (name: string): boolean => `${name}_file` in properties && !PUBLIC.test(name)
  const inner = [
    ...Object.entries(properties).flatMap(([name, one]) =>
      pathsIn(root, one, [...path, name], isSecret || hasTwin(name)),
    ),
    ...(typeof additionalProperties === 'object'
      ? pathsIn(root, additionalProperties, [...path, 'X-Any'], isSecret)
      : []),
    ...(items === undefined ? [] : pathsIn(root, items, [...path, 0], isSecret)),
    ...anyOf.flatMap((one) => pathsIn(root, one, path, isSecret)),
  ]
  if (inner.length > 0) return inner
  return isSecret && path.length > 0 ? [path] : []
}

/** A document with one value in it. */
export function holding(path: readonly Step[], value: string): unknown {
  return path.reduceRight<unknown>(
    (inner, step) => (typeof step === 'number' ? [inner] : { [step]: inner }),
    value,
  )
}

/** Each once, with its name: `scrape_configs.0.basic_auth.password`. */
export function named(paths: readonly (readonly Step[])[]): [string, readonly Step[]][] {
  return [...new Map(paths.map((path) => [path.join('.'), path])).entries()]
}
