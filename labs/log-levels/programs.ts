/** The programs of the lab: each is started on a port or socket of its own and ended with the lab. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'

const BUILT = process.env.WEIR_LAB_BUILT ?? ''
const START_MS_MAX = 180_000

/** A running program and all that it has printed. */
export interface Program {
  readonly child: ChildProcess
  printed(): string
}

/** Starts a program and waits until it has printed what shows that it is there. */
async function start(
  command: string,
  args: readonly string[],
  sign: RegExp,
  env: NodeJS.ProcessEnv = {},
): Promise<Program> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  process.once('exit', () => child.kill('SIGKILL'))
  let text = ''
  const take = (piece: Buffer): void => {
    text += piece.toString()
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  await until(START_MS_MAX, `${command} to start`, async () => sign.test(text))
  return { child, printed: () => text }
}

/** Asks until it is so. */
export async function until(ms: number, what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + ms
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > end) throw new Error(`Cannot go on: waited ${ms} ms for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** A loopback port that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

export const PASSWORD = 's3cret'

export async function startSpring(port: number): Promise<Program> {
  return start(
    'java',
    [
      '-Xmx256m',
      '-jar',
      join(BUILT, 'billing-1.jar'),
      `--server.port=${port}`,
      '--server.address=127.0.0.1',
      '--management.endpoints.web.exposure.include=loggers',
      '--spring.security.user.name=weir',
      `--spring.security.user.password=${PASSWORD}`,
      '--logging.level.lab.sink=WARN',
    ],
    /Started Billing in/,
  )
}

export const RUDDER = join(BUILT, 'rudder')

export async function startRudder(folder: string): Promise<Program> {
  return start(RUDDER, ['serve', join(folder, 'rudder-server.sock')], /ready/)
}

/** Where Loki is; undefined when nowhere. */
export function findLoki(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'loki'))
  return [process.env.WEIR_LAB_LOKI ?? '', ...folders].find(
    (path) => path !== '' && existsSync(path),
  )
}

export async function startLoki(loki: string, folder: string, port: number): Promise<Program> {
  const config = join(folder, 'loki.yml')
  writeFileSync(
    config,
    `auth_enabled: false
server: {http_listen_port: ${port}, http_listen_address: 127.0.0.1, grpc_listen_port: ${await freePort()}, grpc_listen_address: 127.0.0.1}
common:
  ring: {kvstore: {store: inmemory}, instance_addr: 127.0.0.1}
  replication_factor: 1
  path_prefix: ${folder}/loki
  storage: {filesystem: {chunks_directory: ${folder}/loki/chunks, rules_directory: ${folder}/loki/rules}}
schema_config:
  configs: [{from: 2024-01-01, store: tsdb, object_store: filesystem, schema: v13, index: {prefix: index_, period: 24h}}]
`,
  )
  return start(loki, [`-config.file=${config}`], /Loki started/)
}

/** The built `weir serve`. */
export async function startWeir(
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<Program & { readonly web: string }> {
  const main = join(import.meta.dirname, '../../packages/cli/dist/main.js')
  const ports = ['--listen', '127.0.0.1:0', '--statsd-listen', '127.0.0.1:0']
  const paths = ['--config', join(folder, 'weir.yml'), '--data-dir', join(folder, 'data')]
  const program = await start(
    process.execPath,
    [main, 'serve', ...paths, ...ports],
    /^statsd-tcp /m,
    env,
  )
  return { ...program, web: /^web (\S+)/m.exec(program.printed())?.[1] ?? '' }
}
