/** A Weir process of a lab's own, and the webhook receiver that it is told to call. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Overview, PipelineDetail, PipelineSummary } from '@weir/packs'

const START_MS_MAX = 300_000

export interface RunningWeir {
  /** Without a slash at the end. */
  readonly web: string
  readonly statsdPort: number
  overview(): Promise<Overview>
  pipeline(name: string): Promise<PipelineSummary | undefined>
  /** What the pipeline's own page shows; undefined when there is none. */
  detail(system: string, pipeline: string): Promise<PipelineDetail | undefined>
  /** The value of the first series of an instant query; undefined when there is none. */
  value(expr: string): Promise<number | undefined>
  stop(): Promise<void>
}

/**
 * Starts the built `weir serve` in `work` and waits for the addresses that it prints. Every alert goes
 * to `webhookUrl` at once; `config` is put behind that, as more sections of weir.yml.
 */
export async function startWeir(
  work: string,
  options: {
    readonly webhookUrl: string
    readonly config?: string
    readonly port?: number
    /** Each line of its log. */
    readonly onLine?: (line: string) => void
  },
): Promise<RunningWeir> {
  const file = join(work, 'weir.yml')
  writeFileSync(
    file,
    `alertmanager:
  route:
    receiver: lab
    group_by: [alertname, pipeline]
    group_wait: 1s
    group_interval: 10s
  receivers:
    - name: lab
      webhook_configs:
        - url: ${options.webhookUrl}
${options.config ?? ''}`,
  )
  const main = join(import.meta.dirname, '../../packages/cli/dist/main.js')
  const args = ['serve', '--config', file, '--data-dir', join(work, 'data')]
  const listen = `127.0.0.1:${options.port ?? 0}`
  const child = spawn(
    process.execPath,
    [main, ...args, '--listen', listen, '--statsd-listen', '127.0.0.1:0'],
    { stdio: ['ignore', 'pipe', options.onLine === undefined ? 'inherit' : 'pipe'] },
  )
  process.once('exit', () => child.kill('SIGKILL'))
  const { onLine } = options
  if (child.stderr !== null && onLine !== undefined) {
    createInterface({ input: child.stderr }).on('line', onLine)
  }
  const addresses = new Map<string, string>()
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(
      () =>
        reject(new Error('Cannot start Weir: want its addresses within five minutes, got none')),
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
  const web = addresses.get('web')?.replace(/\/$/, '') ?? ''
  const overview = async (): Promise<Overview> => {
    const answer = await fetch(`${web}/api/weir/v1/overview?window=1h`)
    return (await answer.json()) as Overview
  }
  return {
    web,
    statsdPort: Number(addresses.get('statsd-udp')?.split(':').at(-1)),
    overview,
    pipeline: async (name) =>
      (await overview()).pipelines.find(({ pipeline }) => pipeline === name),
    async detail(system, pipeline) {
      const path = [system, pipeline].map(encodeURIComponent).join('/')
      const answer = await fetch(`${web}/api/weir/v1/pipelines/${path}?window=1h`)
      return answer.ok ? ((await answer.json()) as PipelineDetail) : undefined
    },
    async value(expr) {
      const answer = await fetch(`${web}/api/v1/query?query=${encodeURIComponent(expr)}`)
      const { data } = (await answer.json()) as {
        readonly data?: {
          readonly result: readonly { readonly value: readonly [number, string] }[]
        }
      }
      const text = data?.result[0]?.value[1]
      return text === undefined ? undefined : Number(text)
    },
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
  /** When this alert about this pipeline came first as firing, ms since 1970. */
  firing(alert: string, pipeline: string): number | undefined
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
  const server: Server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (part: string) => {
      text += part
    })
    request.on('end', () => {
      for (const { status, labels } of (JSON.parse(text) as WebhookBody).alerts) {
        const key = JSON.stringify([labels['alertname'], labels['pipeline']])
        if (status === 'firing' && !arrived.has(key)) arrived.set(key, Date.now())
      }
      response.end()
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    firing: (alert, pipeline) => arrived.get(JSON.stringify([alert, pipeline])),
    close: () => server.close(),
  }
}
