import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { weir } from '../../test/weir-process.ts'
import { manifest } from '../npm/lay-out.ts'
import { tool } from '../tool.ts'
import { LOCATION, fromDefinition, fromOpenApi } from './kubernetes-schemas.ts'
import { undescribed, valueRows } from './values-page.ts'

const CHART = join(import.meta.dirname, 'weir')
const CASES = join(import.meta.dirname, 'cases')
const GOLDEN = join(import.meta.dirname, 'golden')
const KUBERNETES = '1.36.3'

const names = readdirSync(CASES).map((name) => name.replace(/\.yaml$/, ''))
const helm = tool('helm')
const kubeconform = tool('kubeconform')
const read = (name: string): string => readFileSync(join(CHART, name), 'utf8')
const isWriting = process.env['WEIR_GOLDEN'] === 'write'

interface Thing {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly data?: Readonly<Record<string, string>>
  readonly spec: {
    readonly ports: readonly { readonly name: string; readonly targetPort: string }[]
    readonly template: { readonly spec: Pod; readonly metadata: { annotations: object } }
  }
}

interface Pod {
  readonly volumes: readonly { readonly name: string }[]
  readonly containers: readonly {
    readonly args: readonly string[]
    readonly ports: readonly { readonly name: string }[]
    readonly volumeMounts: readonly { readonly name: string }[]
  }[]
}

let scratch: string
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'weir-helm-'))
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

function template(...args: readonly string[]): string {
  const fixed = ['release', CHART, '--namespace', 'monitoring', '--kube-version', KUBERNETES]
  try {
    return execFileSync(helm!, ['template', ...fixed, ...args], { encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    throw new Error((error as { stderr: string }).stderr, { cause: error })
  }
}

const thingsOf = (text: string): Thing[] =>
  parseAllDocuments(text).map((document) => document.toJS() as Thing)

test('the chart has the version of the program', () => {
  const { version, appVersion } = parse(read('Chart.yaml')) as Record<string, string>
  expect([version, appVersion]).toEqual([manifest().version, manifest().version])
})

test('each value is described, and the README says so', () => {
  const schema = JSON.parse(read('values.schema.json')) as Parameters<typeof valueRows>[0]
  expect(undescribed(schema)).toEqual([])
  const rows = valueRows(schema, parse(read('values.yaml'))).join('\n')
  const page = read('README.md')
  const table = /(?<=\| --- \| --- \| --- \|\n)(\|.*\n)*/
  if (isWriting) writeFileSync(join(CHART, 'README.md'), page.replace(table, `${rows}\n`))
  else expect(table.exec(page)![0]).toBe(`${rows}\n`)
})

/** What the golden files are made of: where there is no helm, at least nobody forgets to render them. */
test('the chart is the one that was rendered and checked', () => {
  const files = [CHART, CASES].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(yaml|tpl|json)$/.test(name))
      .map((name) => join(folder, name))
      .toSorted(),
  )
  const sum = createHash('sha256')
  for (const file of files) sum.update(readFileSync(file))
  const path = join(GOLDEN, 'rendered-from.sha256')
  const text = `${sum.digest('hex')}\n`
  if (isWriting && helm !== undefined) writeFileSync(path, text)
  else
    expect(text, 'render it: tools/packaging-peers, then npm run golden').toBe(
      readFileSync(path, 'utf8'),
    )
})

describe.skipIf(helm === undefined)('helm (tools/packaging-peers)', () => {
  const rendered = new Map<string, string>()
  beforeAll(() => {
    for (const name of names) rendered.set(name, template('-f', join(CASES, `${name}.yaml`)))
  })

  test.each(names)('%s renders as it did', (name) => {
    const path = join(GOLDEN, `${name}.yaml`)
    if (isWriting) writeFileSync(path, rendered.get(name)!)
    else expect(rendered.get(name)).toBe(readFileSync(path, 'utf8'))
  })

  test('what is mounted exists, and so do the ports that services lead to', () => {
    for (const text of rendered.values()) {
      const things = thingsOf(text)
      const { spec: pod } = things.find(({ kind }) => kind === 'StatefulSet')!.spec.template
      const [container] = pod.containers
      const volumes = ['data', ...pod.volumes.map(({ name }) => name)]
      const mounted = container!.volumeMounts.map(({ name }) => name)
      expect(mounted.filter((name) => !volumes.includes(name))).toEqual([])
      expect(volumes.filter((name) => !mounted.includes(name))).toEqual([])
      const ports = container!.ports.map(({ name }) => name)
      const services = things.filter(({ kind }) => kind === 'Service')
      expect(services.map(({ spec }) => spec.ports.map((port) => port.targetPort))).toEqual([
        ports,
        ports,
      ])
    }
  })

  test.each(names)('the command line of %s starts a Weir with its weir.yml', async (name) => {
    const folder = join(scratch, name)
    mkdirSync(join(folder, 'web'), { recursive: true })
    const things = thingsOf(rendered.get(name)!)
    const { data } = things.find(({ kind }) => kind === 'ConfigMap')!
    for (const [file, content] of Object.entries(data!)) writeFileSync(join(folder, file), content)
    // The secret that the chart is given is the user's; one with a user in it stands for it.
    const hash = '$2y$10$EmmxqKVqBFPEgdSNsAoXcuPMPWyBqSP9DVjPzvXXNwsCY3w0OA8Sq'
    writeFileSync(join(folder, 'web/web-config.yml'), `basic_auth_users: { ann: ${hash} }\n`)
    const { spec } = things.find(({ kind }) => kind === 'StatefulSet')!.spec.template
    const args = spec.containers[0]!.args.map((arg) =>
      arg.replace('/etc/weir/', `${folder}/`).replace('/etc/weir-web/', `${folder}/web/`),
    )
    const { code, out, err } = await weir(...args, '--check-config')
    expect(`${out}${err}`).toMatch(/weir\.yml: good/)
    expect(code).toBe(0)
  })

  test('every flag of the pod is one of weir serve', async () => {
    const { out } = await weir('serve', '--help')
    const args = [...rendered.values()].flatMap(
      (text) =>
        thingsOf(text).find(({ kind }) => kind === 'StatefulSet')!.spec.template.spec.containers[0]!
          .args,
    )
    const flags = args.filter((arg) => arg.startsWith('--')).map((arg) => arg.split('=')[0]!)
    expect([...new Set(flags)].filter((flag) => !out.includes(`${flag} `))).toEqual([])
  })

  test('a change of weir.yml restarts the pods', () => {
    const annotations = [1, 2].map((days) => {
      const set = `config.storage.metrics.retention_time=${days}d`
      const things = thingsOf(template('--set', 'access.insecure=true', '--set', set))
      return things.find(({ kind }) => kind === 'StatefulSet')!.spec.template.metadata.annotations
    })
    expect(annotations[0]).not.toEqual(annotations[1])
  })

  test.each([
    ['nothing about access', [], /open to the whole cluster/],
    ['two that cannot know each other', ['access.insecure=true', 'replicaCount=2'], /peers\.exist/],
    ['a typing mistake', ['access.insecure=true', 'imag.tag=3'], /'imag' not allowed/],
    ['no replica', ['access.insecure=true', 'replicaCount=0'], /replicaCount/],
    ['a word for a number', ['access.insecure=true', 'service.webPort=web'], /webPort/],
    ['a port that is none', ['access.insecure=true', 'service.webPort=70000'], /webPort/],
    ['an unknown type', ['access.insecure=true', 'service.type=Ingress'], /service\/type/],
    ['a size without sense', ['access.insecure=true', 'persistence.size=much'], /size/],
    [
      'NFS for a map',
      ['access.insecure=true', 'persistence.accessModes={ReadWriteMany}'],
      /access/,
    ],
    ['half a digest', ['access.insecure=true', 'image.digest=sha256:1'], /digest/],
    ['a second weir.yml', ['access.insecure=true', 'files.weir\\.yml=x'], /weir\.yml/],
    ['a name that no object may have', ['access.insecure=true', 'fullnameOverride=Weir_1'], /full/],
    ['memory without sense', ['access.insecure=true', 'resources.limits.memory=much'], /memory/],
    ['TLS of no file', ['access.insecure=true', 'access.webConfig.tls=true'], /existingSecret/],
    ['one port for two', ['access.insecure=true', 'service.statsdPort=9347'], /statsdPort/],
    ['an ingress to anything', ['access.insecure=true', 'ingress.enabled=true'], /ingress\.hosts/],
    ['a grace too short', ['access.insecure=true', 'terminationGracePeriodSeconds=1'], /Grace/],
  ])('%s is refused', (_what, sets, why) => {
    expect(() => template(...sets.flatMap((set) => ['--set', set]))).toThrow(why)
  })

  test('an upgrade changes nothing of the StatefulSet that Kubernetes lets nobody change', () => {
    const fixed = (...sets: readonly string[]): unknown => {
      const text = template(...['access.insecure=true', ...sets].flatMap((set) => ['--set', set]))
      const { metadata, spec } = thingsOf(text).find(({ kind }) => kind === 'StatefulSet')!
      const free = ['replicas', 'template', 'persistentVolumeClaimRetentionPolicy']
      const rest = Object.entries(spec).filter(([key]) => !free.includes(key))
      return { name: metadata.name, ...Object.fromEntries(rest) }
    }
    const before = fixed()
    expect(Object.keys(before as object)).toContain('volumeClaimTemplates')
    expect(fixed('replicaCount=3', 'peers.existingSecret=p')).toEqual(before)
    expect(fixed('image.tag=9.9.9', 'commonLabels.team=data', 'logLevel=warn')).toEqual(before)
  })

  test('helm lint finds nothing', () => {
    const file = join(CASES, 'production.yaml')
    const said = execFileSync(helm!, ['lint', CHART, '--strict', '-f', file], { encoding: 'utf8' })
    expect(said).toContain('0 chart(s) failed')
    expect(said).not.toMatch(/WARNING|ERROR/)
  })

  test('kubeconform finds each object as Kubernetes and the operator want it', (context) => {
    const api = join(tool('../kubernetes-api') ?? '')
    if (kubeconform === undefined || api === '.') return context.skip('no kubeconform or no API')
    const all = [...rendered.values()]
    const kinds = [...new Set(all.flatMap(thingsOf).map(({ kind }) => kind))]
    const schemas = join(scratch, 'schemas')
    mkdirSync(schemas)
    const files = [
      ...fromOpenApi(readFileSync(join(api, 'swagger.json'), 'utf8'), kinds),
      ...fromDefinition(readFileSync(join(api, 'servicemonitors.yaml'), 'utf8')),
    ]
    for (const [file, schema] of files) writeFileSync(join(schemas, file), JSON.stringify(schema))
    const check = (text: string): Verdicts => {
      const args = ['-schema-location', join(schemas, LOCATION), '-output', 'json', '-verbose']
      try {
        const options = { input: text, encoding: 'utf8', stdio: 'pipe' } as const
        return JSON.parse(execFileSync(kubeconform, args, options)) as Verdicts
      } catch (error) {
        return JSON.parse((error as { stdout: string }).stdout) as Verdicts
      }
    }
    const { resources } = check(all.join('\n'))
    expect(resources.filter(({ status }) => status !== 'statusValid')).toEqual([])
    expect(resources.map(({ kind }) => kind)).toEqual(expect.arrayContaining(kinds))
    // And it would find something.
    const [wrong] = check(
      rendered.get('smallest')!.replace('serviceName:', 'serviceNam:'),
    ).resources.filter(({ status }) => status !== 'statusValid')
    expect(wrong).toMatchObject({ kind: 'StatefulSet', msg: expect.stringContaining('serviceNam') })
  })
})

interface Verdicts {
  readonly resources: readonly {
    readonly kind: string
    readonly status: string
    readonly msg: string
  }[]
}
