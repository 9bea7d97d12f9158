/** rudder-server itself: told by its official configuration keys, its workspace in a file. */
import { spawn } from 'node:child_process'
import { mkdirSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../stand/free-port.ts'
import type { RunningPostgres } from './postgres.ts'
import { WRITE_KEY, type WebhookPlace, workspace } from './workspace.ts'

const START_MS_MAX = 120_000

export interface RunningRudder {
  /** Sends one event to the gateway. */
  track(): Promise<void>
  stop(): Promise<void>
}

export async function startRudder(
  program: string,
  folder: string,
  options: {
    readonly postgres: RunningPostgres
    readonly transformer: string
    readonly statsdPort: number
    readonly places: readonly WebhookPlace[]
  },
): Promise<RunningRudder> {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'workspace.json')
  writeFileSync(file, workspace(options.places))
  const port = await freePort()
  const { postgres } = options
  const database = (prefix: string): Record<string, string> => ({
    [`${prefix}JOBS_DB_HOST`]: '127.0.0.1',
    [`${prefix}JOBS_DB_PORT`]: String(postgres.port),
    [`${prefix}JOBS_DB_USER`]: postgres.user,
    [`${prefix}JOBS_DB_DB_NAME`]: postgres.database,
    [`${prefix}JOBS_DB_PASSWORD`]: 'trusted',
    [`${prefix}JOBS_DB_SSL_MODE`]: 'disable',
  })
  const log = openSync(join(folder, 'server.log'), 'a')
  const child = spawn(program, [], {
    cwd: folder,
    stdio: ['ignore', log, log],
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      TMPDIR: folder,
      RUDDER_TMPDIR: folder,
      GO_ENV: 'production',
      LOG_LEVEL: 'INFO',
      INSTANCE_ID: 'rudder-0',
      STATSD_SERVER_URL: `127.0.0.1:${options.statsdPort}`,
      ...database(''),
      ...database('WAREHOUSE_'),
      DEST_TRANSFORM_URL: options.transformer,
      USER_TRANSFORM_URL: options.transformer,
      WORKSPACE_TOKEN: 'lab',
      RSERVER_BACKEND_CONFIG_CONFIG_FROM_FILE: 'true',
      RSERVER_BACKEND_CONFIG_CONFIG_JSONPATH: file,
      RSERVER_GATEWAY_WEB_PORT: String(port),
      RSERVER_WAREHOUSE_MODE: 'off',
      RSERVER_PROFILER_ENABLED: 'false',
      RSERVER_DIAGNOSTICS_ENABLE_DIAGNOSTICS: 'false',
      RSERVER_JOBS_DB_BACKUP_ENABLED: 'false',
      RSERVER_ARCHIVAL_ENABLED: 'false',
      // A fault in a lab is not waited for hours.
      RSERVER_ROUTER_MIN_RETRY_BACKOFF: '1s',
      RSERVER_ROUTER_MAX_RETRY_BACKOFF: '5s',
    },
  })
  process.once('exit', () => child.kill('SIGKILL'))
  const gateway = `http://127.0.0.1:${port}`
  const giveUpAt = Date.now() + START_MS_MAX
  while (!(await answers(`${gateway}/health`))) {
    if (child.exitCode !== null || Date.now() > giveUpAt) {
      throw new Error(`Cannot start rudder-server: see ${join(folder, 'server.log')}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  let sent = 0
  return {
    async track() {
      const answer = await fetch(`${gateway}/v1/track`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}`,
        },
        body: JSON.stringify({
          userId: `user-${sent++ % 10}`,
          event: 'Order Completed',
          properties: { total: 12 },
        }),
      })
      if (!answer.ok) {
        throw new Error(`Cannot send an event: got ${answer.status} ${await answer.text()}`)
      }
    },
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve()
        child.once('exit', () => resolve())
        child.kill('SIGTERM')
      }),
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}
