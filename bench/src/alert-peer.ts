/** A real Alertmanager, and a receiver that counts what it is told. */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { findPeer, freePort, stop } from './sides.ts'

export interface AlertPeer {
  readonly address: string
  readonly pid: number
  stop(): Promise<void>
}

/** `undefined` when the program is not here. */
export async function startAlertmanager(
  folder: string,
  config: string,
): Promise<AlertPeer | undefined> {
  const program = findPeer('prometheus-alertmanager') ?? findPeer('alertmanager')
  if (program === undefined) return undefined
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'alertmanager.yml')
  writeFileSync(file, config)
  const address = `127.0.0.1:${await freePort()}`
  const child = spawn(program, [
    `--config.file=${file}`,
    `--storage.path=${join(folder, 'data')}`,
    `--web.listen-address=${address}`,
    '--cluster.listen-address=',
    '--log.level=error',
  ])
  for (let i = 0; i < 300; i++) {
    const isReady = await fetch(`http://${address}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) break
    await pause(100)
  }
  return { address, pid: child.pid!, stop: () => stop(child) }
}

export interface CountingReceiver {
  readonly url: string
  /** Messages and firing alerts in them, so far. */
  readonly messages: number
  readonly alerts: number
  close(): Promise<void>
}

export async function startReceiver(): Promise<CountingReceiver> {
  const seen = { messages: 0, alerts: 0 }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { alerts } = JSON.parse(Buffer.concat(chunks).toString()) as {
        readonly alerts: readonly { readonly status: string }[]
      }
      seen.messages++
      seen.alerts += alerts.filter(({ status }) => status === 'firing').length
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    get messages() {
      return seen.messages
    },
    get alerts() {
      return seen.alerts
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Groups of forty alerts or fewer. What comes after a group's first turn is told at its next, soon. */
export function alertmanagerConfig(receiverUrl: string): string {
  return `route:
  receiver: team
  group_by: [alertname, pipeline]
  group_wait: 10s
  group_interval: 30s
receivers:
- name: team
  webhook_configs:
  - url: ${receiverUrl}
`
}
