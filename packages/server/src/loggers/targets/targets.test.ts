import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@weir/model'
import type { LoggerInstance, OverrideView } from '@weir/packs'
import { afterEach, expect, test } from 'vitest'
import { Log } from '../../telemetry/log.ts'
import { Registry } from '../../telemetry/registry.ts'
import { pino } from 'pino'
import { loggersConfig } from '../config.ts'
import { LoggerDesk } from '../desk.ts'
import { overrideDraft } from '../override.ts'
import { MemoryStore } from '../testing/memory-store.ts'
import { openTarget } from './open-targets.ts'
import type { TargetControl } from './target-control.ts'
import { type StandIn, actuator, kafkaConnect, logLevel } from './testing/stand-ins.ts'
import { wishesOf } from './wishes.ts'

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (let one = open.pop(); one !== undefined; one = open.pop()) await one[Symbol.asyncDispose]()
})

function use<T extends AsyncDisposable>(thing: T): T {
  open.push(thing)
  return thing
}

/** A desk with one target, on a real clock: what happens is waited for, never slept for. */
class Stand {
  readonly store: MemoryStore
  readonly #target: object
  desk!: LoggerDesk
  #control!: TargetControl

  private constructor(target: object, store: MemoryStore) {
    this.#target = target
    this.store = store
  }

  static async open(target: object, store = new MemoryStore()): Promise<Stand> {
    const stand = new Stand(target, store)
    const telemetry = { registry: new Registry(), log: new Log(pino({ level: 'silent' })) }
    const config = loggersConfig.parse({
      targets: [{ service: 'billing', refresh: '1s', timeout: '5s', ...stand.#target }],
    })
    stand.desk = use(await LoggerDesk.open({ store, config, clock: systemClock, telemetry }))
    const options = { target: config.targets[0]!, store, clock: systemClock, telemetry }
    stand.#control = use(await openTarget(options, stand.desk))
    return stand
  }

  /** Ends as a process that is killed: nothing is set back. */
  async end(): Promise<void> {
    await this.#control[Symbol.asyncDispose]()
    await this.desk[Symbol.asyncDispose]()
    open.splice(-2, 2)
  }

  get instance(): LoggerInstance | undefined {
    return this.desk.loggers(ALL).services[0]?.instances[0]
  }

  levels(): string[] {
    const rows = this.desk.loggers(ALL).services[0]?.loggers ?? []
    return rows.map(({ name, effective }) => `${name}=${Object.keys(effective).join()}`)
  }

  set(logger: string, level: string, durationMs = 600_000): Promise<OverrideView> {
    const draft = { logger, level, durationMs, author: 'ann' }
    return this.desk.set(overrideDraft.parse(draft), '127.0.0.1')
  }

  async applied(id: string): Promise<OverrideView> {
    await until(() => this.desk.override(id).reach[0]?.state !== 'waiting')
    return this.desk.override(id)
  }
}

const ALL = { service: '', logger: '', instance: '', host: '' }

async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !isSo(); turn++) await systemClock.sleep(10)
  expect(isSo()).toBe(true)
}

const BASIC = { username: 'weir', password: 's3cret' }

async function spring(): Promise<{ readonly app: StandIn; readonly target: object }> {
  const levels = { ROOT: 'INFO', 'lab.sink': 'WARN' }
  const app = use(await actuator(levels, ['lab', 'lab.Billing', 'lab.sink.Writer']))
  return { app, target: { kind: 'actuator', url: app.url, basic_auth: BASIC } }
}

test('Spring Boot: loggers are listed, set and set back, those that inherited inherit again', async () => {
  const { app, target } = await spring()
  const at = await Stand.open(target)
  await until(() => at.levels().length > 0)
  expect(at.levels()).toEqual([
    'ROOT=info',
    'lab=info',
    'lab.Billing=info',
    'lab.sink=warning',
    'lab.sink.Writer=warning',
  ])
  const { id } = await at.set('lab.*', 'debug')
  expect(await at.applied(id)).toMatchObject({ appliedCount: 1, ofCount: 1 })
  // The writer has what it inherits from the sink.
  expect(app.said.splice(0).toSorted()).toEqual(['lab.Billing=DEBUG', 'lab.sink=DEBUG'])
  await at.desk.clear(id, 'ann')
  await until(() => app.said.length === 2)
  expect(app.said.toSorted()).toEqual(['lab.Billing=null', 'lab.sink=WARN'])
})

test('Spring Boot: the root stands for all that have no level of their own', async () => {
  const { app, target } = await spring()
  const at = await Stand.open(target)
  await until(() => at.levels().length > 0)
  await at.applied((await at.set('*', 'critical')).id)
  expect(app.said).toEqual(['ROOT=ERROR', 'lab.sink=ERROR']) // Logback has no FATAL
})

test('what was changed by somebody else meanwhile stays', async () => {
  const { app, target } = await spring()
  const at = await Stand.open(target)
  await until(() => at.levels().length > 0)
  const { id } = await at.set('lab.sink', 'debug')
  await at.applied(id)
  app.levels.set('lab.sink', 'TRACE')
  // It is held to what was said for as long as that holds.
  await until(() => app.levels.get('lab.sink') === 'DEBUG')
  app.levels.set('lab.sink', 'ERROR')
  app.said.length = 0
  await at.desk.clear(id, '')
  await until(() => at.store.get('logger-target/billing@' + new URL(app.url).host) === undefined)
  expect(app.levels.get('lab.sink')).toBe('ERROR')
})

test('a Weir that was killed sets back at its next start what is over by then', async () => {
  const { app, target } = await spring()
  const first = await Stand.open(target)
  await until(() => first.levels().length > 0)
  const { id } = await first.set('lab.sink', 'debug', 1000)
  await first.applied(id)
  await first.end()
  expect(app.levels.get('lab.sink')).toBe('DEBUG')
  await systemClock.sleep(Math.max(0, first.desk.override(id).expiresAtMs - systemClock.now()))
  const second = await Stand.open(target, first.store)
  await until(() => app.levels.get('lab.sink') === 'WARN')
  expect(second.desk.override(id).state).toBe('expired')
})

test('a Weir that was killed goes on with what still holds', async () => {
  const { app, target } = await spring()
  const first = await Stand.open(target)
  const { id } = await first.set('lab.sink', 'debug')
  await until(() => app.levels.get('lab.sink') === 'DEBUG')
  await first.end()
  const second = await Stand.open(target, first.store)
  expect(await second.applied(id)).toMatchObject({ appliedCount: 1 })
  await second.desk.clear(id, '')
  await until(() => app.levels.get('lab.sink') === 'WARN')
})

test('one that does not answer is failing, says why, and is brought up to date when it is back', async () => {
  const { app, target } = await spring()
  app.isBroken = true
  const at = await Stand.open(target)
  await until(() => at.instance?.state === 'failing')
  expect(at.instance?.error).toBe('it answers 500: "broken"')
  const { id } = await at.set('lab.sink', 'debug')
  expect(at.desk.override(id).reach[0]).toMatchObject({
    state: 'failed',
    error: at.instance?.error,
  })
  expect(at.desk.override(id)).toMatchObject({ appliedCount: 0, ofCount: 1 })
  app.isBroken = false
  await until(() => at.desk.override(id).appliedCount === 1)
  expect(at.instance?.state).toBe('connected')
})

test.each([
  [{ basic_auth: { username: 'weir', password: 'wrong' } }, 'it answers 401'],
  [{ url: 'http://127.0.0.1:1/actuator/loggers' }, /refused|ECONNREFUSED/],
])('one that cannot be asked because of %j says so', async (odd, why) => {
  const { target } = await spring()
  const at = await Stand.open({ ...target, ...odd })
  await until(() => at.instance?.state === 'failing')
  expect(at.instance?.error).toMatch(why)
})

test('Kafka Connect: those below are set too, and have their own again afterwards', async () => {
  const levels = { root: 'INFO', 'org.apache.kafka': 'WARN', 'org.apache.kafka.connect': 'ERROR' }
  const app = use(await kafkaConnect(levels))
  const at = await Stand.open({ kind: 'kafka_connect', url: app.url })
  await until(() => at.levels().length > 0)
  const { id } = await at.set('org.apache.kafka', 'debug')
  await at.applied(id)
  expect(Object.fromEntries(app.levels)).toEqual({
    root: 'INFO',
    'org.apache.kafka': 'DEBUG',
    'org.apache.kafka.connect': 'DEBUG',
  })
  await at.desk.clear(id, '')
  await until(() => app.said.length === 3)
  expect(Object.fromEntries(app.levels)).toEqual(levels)
})

test('Kafka Connect: one below with another wish keeps it', async () => {
  const app = use(await kafkaConnect({ root: 'INFO', 'org.apache': 'WARN' }))
  const at = await Stand.open({ kind: 'kafka_connect', url: app.url })
  await until(() => at.levels().length > 0)
  await at.applied((await at.set('org.*', 'trace')).id)
  const { id } = await at.set('root', 'debug')
  await at.applied(id)
  expect(Object.fromEntries(app.levels)).toEqual({ root: 'DEBUG', 'org.apache': 'TRACE' })
  await at.desk.clear(at.desk.overrides()[1]!.id, '')
  await until(() => app.levels.get('org.apache') === 'DEBUG')
  await at.desk.clear(id, '')
  await until(() => app.levels.get('org.apache') === 'WARN')
  expect(app.levels.get('root')).toBe('INFO')
})

test('Loki: one level for all; what it does not know is the nearest', async () => {
  const app = use(await logLevel('info'))
  const at = await Stand.open({ kind: 'log_level', url: app.url })
  await until(() => at.levels().length > 0)
  expect(at.levels()).toEqual(['root=info'])
  const { id } = await at.set('*', 'trace')
  await at.applied(id)
  await at.desk.clear(id, '')
  await until(() => app.said.length === 2)
  expect(app.said).toEqual(['root=debug', 'root=info'])
})

/** As `rudder-cli` behaves: a change empties the list of loggers. */
const RUDDER_CLI = `
const { readFileSync, writeFileSync, appendFileSync } = require('node:fs')
const [state, ...given] = process.argv.slice(2)
const modules = JSON.parse(readFileSync(state, 'utf8'))
if (given.join(' ') === 'logging-config') console.log(JSON.stringify(modules))
else {
  const [word, m, name, l, level] = given
  if (word !== 'logging' || m !== '-m' || l !== '-l') { console.error('unknown flags'); process.exit(1) }
  appendFileSync(state + '.said', name + '=' + level + '\\n')
  writeFileSync(state, '{}')
  console.log('Module ' + name + ' log level set to ' + level)
}
`

test('rudder-server: modules by its command, without a shell', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'weir-rudder-'))
  open.push({ [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) })
  const script = join(folder, 'rudder-cli.cjs')
  const state = join(folder, 'state $(touch nothing)')
  await writeFile(script, RUDDER_CLI)
  await writeFile(state, '{"router.GA":2,"router.KAFKA":4,"gateway":3,"-x":1}')
  const at = await Stand.open({
    kind: 'rudder',
    command: [process.execPath, script, state],
    modules: ['warehouse'],
  })
  await until(() => at.levels().length > 1)
  expect(at.levels()).toEqual([
    'gateway=warning',
    'root=info',
    'router.GA=info',
    'router.KAFKA=error',
    'warehouse=info',
  ])
  const { id } = await at.set('router.*', 'debug')
  await at.applied(id)
  expect(at.levels()).toContain('router.GA=debug')
  await at.desk.clear(id, '')
  const said = (): Promise<string> => readFile(`${state}.said`, 'utf8')
  await until(() => at.store.get('logger-target/billing@localhost') === undefined)
  expect((await said()).trim().split('\n')).toEqual([
    'router.GA=DEBUG',
    'router.KAFKA=DEBUG',
    'router.GA=INFO',
    'router.KAFKA=ERROR',
  ])
})

test.each([
  [['/nonexistent/rudder-cli'], '/nonexistent/rudder-cli logging-config: there is no such program'],
  [[process.execPath, '-e', 'console.error("no socket"); process.exit(3)', '--'], /no socket$/],
  [[process.execPath, '-e', 'console.log("hello")', '--'], 'logging-config printed no JSON object'],
])('rudder-server: a command that does not work says why: %j', async (command, why) => {
  const at = await Stand.open({ kind: 'rudder', command })
  await until(() => at.instance?.state === 'failing')
  expect(at.instance?.error).toMatch(why)
})

test.each([
  [{ kind: 'actuator' }, 'url'],
  [{ kind: 'actuator', url: 'file:///etc/passwd' }, 'url'],
  [{ kind: 'rudder', url: 'http://a' }, 'url'],
  [{ kind: 'gopher', url: 'http://a' }, 'kind'],
  [{ kind: 'actuator', url: 'http://a', basic_auth: {}, bearer_token: 'x' }, ''],
  [{ kind: 'actuator', url: 'http://a', refresh: '10ms' }, 'refresh'],
  [{ kind: 'rudder', command: [] }, 'command'],
])('a target %j is refused', (target, key) => {
  const result = loggersConfig.safeParse({ targets: [{ service: 'a', ...target }] })
  expect(result.error?.issues[0]?.path.slice(0, 3).join('.')).toBe(
    ['targets', 0, key].filter((part) => part !== '').join('.'),
  )
})

test('a certificate that is not there is told at the start, with whose it is', async () => {
  const odd = { kind: 'log_level', url: 'https://a/log_level', tls_config: { ca_file: '/none' } }
  await expect(Stand.open(odd)).rejects.toThrow(
    /^Cannot reach "billing" of loggers.targets: .*none/,
  )
})

test('two targets need two names', () => {
  const one = { kind: 'actuator', service: 'a', url: 'http://a:1/loggers' }
  const other = { ...one, url: 'http://a:2/loggers' }
  expect(loggersConfig.safeParse({ targets: [one, other] }).success).toBe(true)
  expect(loggersConfig.safeParse({ targets: [one, one] }).error?.issues[0]?.path).toEqual([
    'targets',
    1,
    'service',
  ])
})

test.each([
  ['*', 'ROOT a.b'],
  ['a*', 'a a.b'],
  ['a.b.*', 'a.b.c'],
  ['*.c', 'a.b.c'],
  ['a.b.c', 'a.b.c'],
  ['nothing', ''],
])('of %s these are set: %j', (logger, want) => {
  const loggers = new Map([
    ['ROOT', { level: 'info', effective: 'info' }],
    ['a', { effective: 'info' }],
    ['a.b', { level: 'error', effective: 'error' }],
    ['a.b.c', { effective: 'error' }],
  ] as const)
  const override = { id: '1', logger, level: 'debug', remainingMs: 1 } as const
  const driver = { root: 'ROOT', nearest: (level: 'debug') => level } as const
  expect([...wishesOf(loggers, [override], driver as never).keys()].join(' ')).toBe(want)
})
