import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Alerting, startAlerting } from '@weir/alerting'
import { type Appender, systemClock } from '@weir/model'
import { openKeyValueStore } from '@weir/tsdb'
import { pino } from 'pino'
import { redactAlertmanager } from '../../config/redact.ts'
import { Log } from '../../telemetry/log.ts'
import { Registry } from '../../telemetry/registry.ts'
import { createHttp } from '../app.ts'
import { freePort, stopped } from './peers.ts'
import { standIn } from './stand-in.ts'

/** Something that speaks Alertmanager's API. */
export interface RunningAlertmanager extends AsyncDisposable {
  readonly url: string
}

/** A real one on a free loopback port, its state in a folder that goes with it. */
export async function startAlertmanager(
  program: string,
  config: string,
): Promise<RunningAlertmanager> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-alertmanager-'))
  const file = join(folder, 'alertmanager.yml')
  await writeFile(file, config)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = spawn(
    program,
    [
      `--config.file=${file}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    { stdio: 'ignore' },
  )
  await answers(`${url}/-/ready`)
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      await stopped(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Weir's routing and HTTP side with this config, on a free loopback port; no rules, no metrics. */
export async function startWeirRouting(
  config: string,
): Promise<RunningAlertmanager & { readonly alerting: Alerting }> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-routing-'))
  const store = openKeyValueStore(folder)
  const telemetry = { registry: new Registry(), log: new Log(pino({ level: 'silent' })) }
  const alerting = await startAlerting({
    config: { fileName: 'alertmanager.yml', text: config },
    query: async () => [],
    appender: UNUSED,
    store,
    clock: systemClock,
    externalUrl: 'http://weir',
    telemetry,
  })
  const http = await createHttp(
    standIn({
      alerting,
      alertmanager: {
        configText: () => redactAlertmanager(config),
        matcherMode: 'fallback',
        matcherBytesMax: 8192,
        startedMs: systemClock.now(),
        bodyBytesMax: 1024 * 1024,
      },
      clock: systemClock,
    }),
  )
  const { url } = await http.listen({ host: '127.0.0.1', port: 0 })
  return {
    url,
    alerting,
    [Symbol.asyncDispose]: async () => {
      await http[Symbol.asyncDispose]()
      await alerting[Symbol.asyncDispose]()
      store[Symbol.dispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** There are no rules that would write. */
const UNUSED = new Proxy({} as Appender, {
  get: (_, name) => {
    throw new Error(`nothing should be written here, but ${String(name)} was asked for`)
  },
})

async function answers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const isUp = await fetch(url).then(
      (reply) => reply.ok,
      () => false,
    )
    if (isUp) return
    await systemClock.sleep(25)
  }
  throw new Error(`${url} does not answer`)
}
