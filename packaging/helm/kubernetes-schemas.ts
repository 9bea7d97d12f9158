/**
 * Kubernetes publishes its API as one OpenAPI document, an operator as definitions of its own kinds;
 * kubeconform wants a JSON schema a kind, in which an unknown key is an error. This makes the one of the
 * others.
 */
import { parse } from 'yaml'

type Schema = { readonly [key: string]: unknown }

interface OpenApi {
  readonly definitions: Readonly<Record<string, Schema>>
}

interface KindName {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** As kubeconform asks for files; the group of what belongs to none, a Service, is its version. */
export const LOCATION = '{{.Group}}_{{.ResourceAPIVersion}}_{{.ResourceKind}}.json'

const fileOf = ({ group, version, kind }: KindName): string =>
  `${group || version}_${version}_${kind.toLowerCase()}.json`

/** Schemas by the names of their files, of the kinds that are wanted. */
export function fromOpenApi(text: string, kinds: readonly string[]): Map<string, Schema> {
  const { definitions } = JSON.parse(text) as OpenApi
  const files = new Map<string, Schema>()
  for (const [name, definition] of Object.entries(definitions)) {
    const names = (definition['x-kubernetes-group-version-kind'] ?? []) as readonly KindName[]
    for (const each of names.filter(({ kind }) => kinds.includes(kind))) {
      const needed = closure(name, definitions)
      const all = Object.fromEntries(
        needed.map((key) => [key, strict(key, definitions[key]!)] as const),
      )
      files.set(fileOf(each), { definitions: all, $ref: `#/definitions/${name}` })
    }
  }
  return files
}

/** The same from a CustomResourceDefinition. */
export function fromDefinition(text: string): Map<string, Schema> {
  const { spec } = parse(text) as {
    readonly spec: {
      readonly group: string
      readonly names: { readonly kind: string }
      readonly versions: readonly { name: string; schema: { openAPIV3Schema: Schema } }[]
    }
  }
  const files = new Map<string, Schema>()
  for (const { name, schema } of spec.versions) {
    const kindName = { group: spec.group, version: name, kind: spec.names.kind }
    const whole = strict('', schema.openAPIV3Schema)
    // What every object has is said elsewhere.
    const properties = { ...(whole['properties'] as Schema), metadata: { type: 'object' } }
    files.set(fileOf(kindName), { ...whole, properties })
  }
  return files
}

/** A definition and all that it refers to. */
function closure(name: string, definitions: OpenApi['definitions']): string[] {
  const found = new Set([name])
  for (const each of found) {
    const refs = JSON.stringify(definitions[each]).matchAll(/"#\/definitions\/([^"]+)"/g)
    for (const [, ref] of refs) found.add(ref!)
  }
  return [...found]
}

/** Numbers may stand for quantities and ports; keys that are not listed are refused. */
function strict(name: string, schema: Schema): Schema {
  if (/\.(IntOrString|Quantity)$/.test(name) || schema['x-kubernetes-int-or-string'] === true) {
    return { type: ['string', 'number'] }
  }
  const inner = Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => key !== 'format' && !key.startsWith('x-kubernetes'))
      .map(([key, value]) => [key, strictInside(value)]),
  )
  const isClosed =
    schema['properties'] !== undefined && schema['x-kubernetes-preserve-unknown-fields'] !== true
  return isClosed ? { ...inner, additionalProperties: false } : inner
}

function strictInside(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strictInside)
  return typeof value === 'object' && value !== null ? strict('', value as Schema) : value
}
