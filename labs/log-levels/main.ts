/**
 * Sets the log levels of real programs from Weir for a while, looks at the programs themselves whether they
 * have them, and whether they have their own again afterwards: after the time, after `weir level clear`, and
 * after a Weir that was killed in between is started anew.
 */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  PASSWORD,
  RUDDER,
  type Program,
  findLoki,
  freePort,
  startLoki,
  startRudder,
  startSpring,
  startWeir,
  until,
} from './programs.ts'

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const WAIT_MS = 40_000
const work = mkdtempSync(join(tmpdir(), 'weir-lab-levels-'))
const say = (text: string): void => void process.stdout.write(`${text}\n`)
let failed = 0

async function step(what: string, isSo: () => Promise<boolean>): Promise<void> {
  try {
    await until(WAIT_MS, what, isSo)
    say(`ok   ${what}`)
  } catch {
    failed++
    say(`FAIL ${what}`)
  }
}

try {
  await check()
} finally {
  if (process.env.WEIR_LAB_KEEP) say(`kept ${work}`)
  else rmSync(work, { recursive: true, force: true, maxRetries: 5 })
}
process.exit(failed === 0 ? 0 : 1)

async function check(): Promise<void> {
  const loki = findLoki()
  if (loki === undefined) say('Loki is not here: left out')
  const ports = { spring: await freePort(), loki: await freePort() }
  const rudder = await startRudder(work)
  const running: Program[] = [rudder, await startSpring(ports.spring)]
  if (loki !== undefined) running.push(await startLoki(loki, work, ports.loki))
  writeFileSync(join(work, 'weir.yml'), configOf(ports, loki !== undefined))
  const env = { RUDDER_TMPDIR: work }
  let weir = await startWeir(work, env)
  const level = (...args: string[]): string =>
    execFileSync(
      process.execPath,
      [
        join(import.meta.dirname, '../../packages/cli/dist/main.js'),
        'level',
        ...args,
        '--url',
        weir.web,
      ],
      { encoding: 'utf8' },
    )
  const spring = async (logger: string): Promise<string> => {
    const authorization = `Basic ${btoa(`weir:${PASSWORD}`)}`
    const path = `http://127.0.0.1:${ports.spring}/actuator/loggers/${logger}`
    return (await fetch(path, { headers: { authorization } })).text()
  }
  const SINK = '{"configuredLevel":"WARN","effectiveLevel":"WARN"}'

  await step('Spring Boot is listed', async () =>
    level('get', 'billing/lab.*').includes('lab.sink.Writer'),
  )
  say(level('get', 'billing/lab*').trimEnd())

  say(level('set', 'billing/lab.*', 'debug', '--for', '10s', '--wait').trimEnd())
  await step('Spring Boot has the level', async () => (await spring('lab.sink')).includes('DEBUG'))
  await step(
    'Spring Boot has its own again, by time',
    async () => (await spring('lab.sink')) === SINK,
  )
  await step(
    'what inherited inherits',
    async () => !(await spring('lab.Billing')).includes('configured'),
  )

  say(level('set', 'billing/*', 'debug', '--for', '40s', '--wait').trimEnd())
  await step('the root has the level', async () => (await spring('ROOT')).includes('DEBUG'))
  weir.child.kill('SIGKILL')
  await once(weir.child, 'exit')
  say('Weir is killed, and started when the time is over')
  await new Promise((resolve) => setTimeout(resolve, 40_000))
  await step('without Weir it stays', async () => (await spring('ROOT')).includes('DEBUG'))
  weir = await startWeir(work, env)
  await step('the next Weir sets the root back', async () =>
    (await spring('ROOT')).includes('INFO'),
  )
  await step('and the sink', async () => (await spring('lab.sink')) === SINK)

  await step('rudder-server is listed', async () =>
    level('get', 'rudder').includes('rudder/router.GA'),
  )
  say(level('get', 'rudder').trimEnd())
  say(level('set', 'rudder/router.*', 'debug', '--for', '1m', '--wait').trimEnd())
  const config = (): string =>
    execFileSync(RUDDER, ['logging-config'], { encoding: 'utf8', env: { ...process.env, ...env } })
  await step('rudder-server has the levels', async () =>
    /"router.GA": 1[^]*"router.KAFKA": 1/.test(config()),
  )
  level('clear', 'rudder/router.*')
  await step('and its own again', async () => /"router.GA": 2[^]*"router.KAFKA": 4/.test(config()))
  say(`it was told: ${rudder.printed().trim().split('\n').slice(1).join(' ')}`)

  if (loki !== undefined) {
    const now = async (): Promise<string> =>
      (await fetch(`http://127.0.0.1:${ports.loki}/log_level`)).text()
    say(level('set', 'loki/*', 'debug', '--for', '10s', '--wait').trimEnd())
    await step('Loki has the level', async () => (await now()).includes('debug'))
    await step('Loki has its own again', async () => (await now()).includes('info'))
  }
  for (const { child } of running) child.kill()
  weir.child.kill()
  await once(weir.child, 'exit')
}

function configOf(
  ports: { readonly spring: number; readonly loki: number },
  hasLoki: boolean,
): string {
  const loki = `
    - kind: log_level
      service: loki
      url: http://127.0.0.1:${ports.loki}/log_level
      refresh: 1s`
  return `loggers:
  targets:
    - kind: actuator
      service: billing
      url: http://127.0.0.1:${ports.spring}/actuator/loggers
      basic_auth: {username: weir, password: ${PASSWORD}}
      refresh: 1s
    - kind: rudder
      service: rudder
      command: [${RUDDER}]
      refresh: 1s${hasLoki ? loki : ''}
`
}
