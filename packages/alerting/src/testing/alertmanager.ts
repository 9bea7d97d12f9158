import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Labels, systemClock } from '@weir/model'
import type { Alerting } from '../options.ts'

export interface RunningAlertmanager extends AsyncDisposable {
  readonly url: string
  /** The config's own path: where Weir looks for templates when it is given the same. */
  readonly configFile: string
}

/**
 * A real Alertmanager on a free loopback port, in a folder of its own that goes with it. `files` are
 * written beside the config first.
 */
export async function startAlertmanager(
  program: string,
  config: string,
  files: Readonly<Record<string, string>> = {},
): Promise<RunningAlertmanager> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-alertmanager-'))
  const configFile = join(folder, 'am.yml')
  for (const [name, text] of Object.entries({ ...files, 'am.yml': config })) {
    writeFileSync(join(folder, name), text)
  }
  const address = `127.0.0.1:${await freePort()}`
  const url = `http://${address}`
  const child = spawn(
    program,
    [
      `--config.file=${configFile}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--web.external-url=http://weir',
      '--cluster.listen-address=',
    ],
    { stdio: 'ignore' },
  )
  await until(
    async () => (await fetch(`${url}/-/ready`)).ok,
    () => 'Alertmanager is not ready',
  )
  return {
    url,
    configFile,
    [Symbol.asyncDispose]: async () => {
      const exited = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await exited
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export interface PushedAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** The same alerts to the Alertmanager at `url` and to Weir. */
export async function pushToBoth(
  { url, weir }: { readonly url: string; readonly weir: Alerting },
  alerts: readonly PushedAlert[],
  startsAtMs: number,
  endsAtMs: number,
): Promise<void> {
  const generatorUrl = 'http://g/?a=b&c'
  const body = alerts.map((alert) => ({
    ...alert,
    startsAt: new Date(startsAtMs).toISOString(),
    endsAt: new Date(endsAtMs).toISOString(),
    generatorURL: generatorUrl,
  }))
  const headers = { 'content-type': 'application/json' }
  const [answer] = await Promise.all([
    fetch(`${url}/api/v2/alerts`, { method: 'POST', headers, body: JSON.stringify(body) }),
    weir.receive(
      alerts.map(({ labels, annotations }) => ({
        labels: Labels.of(labels),
        annotations: Labels.of(annotations),
        startsAtMs,
        endsAtMs,
        generatorUrl,
      })),
    ),
  ])
  if (!answer.ok) throw new Error(`Alertmanager refused the alerts: ${await answer.text()}`)
}

/** Waits for what another process does. Patient: a busy machine is not a wrong answer. */
export async function until(isSo: () => Promise<boolean>, why: () => string): Promise<void> {
  const endMs = systemClock.monotonicMs() + 60_000
  while (systemClock.monotonicMs() < endMs) {
    if (await isSo().catch(() => false)) return
    await systemClock.sleep(50)
  }
  throw new Error(`waited 60 s in vain: ${why()}`)
}

async function freePort(): Promise<number> {
  const socket = createServer()
  await new Promise<void>((resolve) => socket.listen(0, '127.0.0.1', resolve))
  const { port } = socket.address() as AddressInfo
  await new Promise((resolve) => socket.close(resolve))
  return port
}
