/** A Weir process of the lab's own, and the webhook receiver that it is told to call. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const START_MS_MAX = 30_000

export interface RunningWeir {
  readonly web: string
  readonly statsdPort: number
  stop(): Promise<void>
}

/** Starts the built `weir serve` in `work` and waits for the addresses that it prints. */
export async function startWeir(work: string, webhookUrl: string): Promise<RunningWeir> {
  const config = join(work, 'weir.yml')
  writeFileSync(
    config,
    `alertmanager:
  route:
    receiver: lab
    group_by: [alertname, pipeline]
    group_wait: 1s
    group_interval: 10s
  receivers:
    - name: lab
      webhook_configs:
        - url: ${webhookUrl}
`,
  )
  const main = join(import.meta.dirname, '../../packages/cli/dist/main.js')
  const args = ['serve', '--config', config, '--data-dir', join(work, 'data')]
  const ports = ['--listen', '127.0.0.1:0', '--statsd-listen', '127.0.0.1:0']
  const child = spawn(process.execPath, [main, ...args, ...ports], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  process.once('exit', () => child.kill('SIGKILL'))
  const addresses = new Map<string, string>()
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error('Cannot start Weir: want its addresses within 30 s, got none')),
      START_MS_MAX,
    )
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /^(web|statsd-udp) (\S+)$/.exec(line.trim())
      if (found?.[1] && found[2]) addresses.set(found[1], found[2])
      if (addresses.size < 2) return
      clearTimeout(late)
      resolve()
    })
    child.once('exit', (code) => reject(new Error(`Cannot start Weir: it ended with ${code}`)))
  })
  return {
    web: addresses.get('web')?.replace(/\/$/, '') ?? '',
    statsdPort: Number(addresses.get('statsd-udp')?.split(':').at(-1)),
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null) return resolve()
        child.once('exit', () => resolve())
        child.kill('SIGTERM')
      }),
  }
}

export interface Receiver {
  readonly url: string
  /** When a firing alert about this pipeline arrived first, ms since 1970. */
  firing(pipeline: string): number | undefined
  close(): void
}

interface WebhookBody {
  readonly alerts: readonly {
    readonly status: string
    readonly labels: Readonly<Record<string, string>>
  }[]
}

/** Takes webhooks as a user's own service would. */
export async function startReceiver(): Promise<Receiver> {
  const arrived = new Map<string, number>()
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (part: string) => {
      text += part
    })
    request.on('end', () => {
      const body = JSON.parse(text) as WebhookBody
      for (const { status, labels } of body.alerts) {
        const { alertname, pipeline } = labels
        if (status !== 'firing' || alertname !== 'AirflowDagFailing' || !pipeline) continue
        if (!arrived.has(pipeline)) arrived.set(pipeline, Date.now())
      }
      response.end()
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    firing: (pipeline) => arrived.get(pipeline),
    close: () => server.close(),
  }
}
