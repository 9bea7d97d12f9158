import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { configSchema } from './json-schema.ts'
import { redactYaml } from './redact.ts'

/** A part of the schema of weir.yml, as far as it is walked here. */
interface Part {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Part>>
  readonly additionalProperties?: Part | boolean
  readonly items?: Part
  readonly anyOf?: readonly Part[]
}

type Step = string | number

/** Where secrets stand, as the schema says: `secret.` in the words of a key, or a name that can mean nothing else. */
const SAYS_SO = /[;\s]secret\.$|are secret\.$/
const NAMED_SO = /(^|_)(password|secret|token|credentials|client_secret|secret_key|api_key)$/

function secretPaths(part: Part, path: readonly Step[] = [], isIn = false): (readonly Step[])[] {
  const key = path.findLast((step) => typeof step === 'string') ?? ''
  const isFile = key.endsWith('_file') || key === 'files'
  const isSecret = isIn || (!isFile && (SAYS_SO.test(part.description ?? '') || NAMED_SO.test(key)))
  const { properties = {}, additionalProperties, items, anyOf = [] } = part
  const inner = [
    ...Object.entries(properties).flatMap(([name, one]) =>
      secretPaths(one, [...path, name], isSecret),
    ),
    ...(typeof additionalProperties === 'object'
      ? secretPaths(additionalProperties, [...path, 'X-Any'], isSecret)
      : []),
    ...(items === undefined ? [] : secretPaths(items, [...path, 0], isSecret)),
    ...anyOf.flatMap((one) => secretPaths(one, path, isSecret)),
  ]
  if (inner.length > 0) return inner
  return isSecret && path.length > 0 ? [path] : []
}

/** A weir.yml with one value in it. */
function holding(path: readonly Step[], value: string): unknown {
  return path.reduceRight<unknown>(
    (inner, step) => (typeof step === 'number' ? [inner] : { [step]: inner }),
    value,
  )
}

const paths = [
  ...new Map(secretPaths(configSchema() as Part).map((path) => [path.join('.'), path])).entries(),
]

test('the schema knows of secrets', () => {
  expect(paths.length).toBeGreaterThan(40)
  const names = paths.map(([name]) => name)
  expect(names).toContain('notifications.peer_secret')
  expect(names).toContain('scrape_configs.0.basic_auth.password')
  expect(names).toContain('remote_write.0.headers.X-Any')
})

test.each(paths)('%s is not shown', (_name, path) => {
  const shown = redactYaml(stringify(holding(path, 'S3CRET')))
  expect(shown).not.toContain('S3CRET')
  expect(shown).toContain('<secret>')
})
