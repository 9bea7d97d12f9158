/** Three servers of Dkron on loopback. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../stand/free-port.ts'

interface Node {
  readonly name: string
  readonly httpPort: number
  readonly process: ChildProcess
}

export interface Cluster {
  readonly nodes: readonly Node[]
  /** Puts a job that a shell runs each five seconds. */
  putJob(name: string, command: string): Promise<void>
  stop(): void
}

/** One line of InfluxDB's protocol for each execution, as docs/packs/dkron.md has it. */
const PAYLOAD =
  'dkron_execution,job_name={{.JobName}} success={{.Success}},milliseconds={{(.FinishedAt.Sub .StartTime).Milliseconds}} {{.FinishedAt.UnixNano}}'

function flags(values: Readonly<Record<string, string>>): string[] {
  const given = Object.entries(values).filter(([, value]) => value !== '')
  return [
    'agent',
    '--server',
    '--enable-prometheus',
    '--disable-usage-stats',
    ...given.map(([name, value]) => `--${name}=${value}`),
  ]
}

export async function startCluster(
  program: string,
  work: string,
  options: {
    readonly httpPorts: readonly number[]
    readonly statsdPort: number
    readonly webhookEndpoint: string
  },
): Promise<Cluster> {
  const nodes: Node[] = []
  const serfPorts: number[] = []
  for (const [index, httpPort] of options.httpPorts.entries()) {
    const name = `lab-${index + 1}`
    const serfPort = await freePort()
    const rpcPort = await freePort()
    const dataDir = join(work, name)
    mkdirSync(dataDir, { recursive: true })
    const child = spawn(
      program,
      flags({
        'node-name': name,
        'data-dir': dataDir,
        'log-level': 'warn',
        'bootstrap-expect': String(options.httpPorts.length),
        'bind-addr': `127.0.0.1:${serfPort}`,
        'rpc-port': String(rpcPort),
        'http-addr': `127.0.0.1:${httpPort}`,
        'statsd-addr': `127.0.0.1:${options.statsdPort}`,
        'webhook-endpoint': options.webhookEndpoint,
        'webhook-payload': PAYLOAD,
        'retry-join': serfPorts.map((port) => `127.0.0.1:${port}`).join(','),
        'retry-interval': '1s',
      }),
      // A group of its own: Dkron's plugins are processes beside it, which outlive it when it is killed.
      { stdio: ['ignore', 'ignore', 'ignore'], detached: true },
    )
    process.once('exit', () => killGroup(child))
    nodes.push({ name, httpPort, process: child })
    serfPorts.push(serfPort)
  }
  return {
    nodes,
    async putJob(name, command) {
      const answer = await fetch(`http://127.0.0.1:${nodes[0]?.httpPort}/v1/jobs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          name,
          schedule: '@every 5s',
          executor: 'shell',
          executor_config: { command },
        }),
      })
      if (!answer.ok) {
        throw new Error(
          `Cannot put job "${name}": Dkron answered ${answer.status} ${await answer.text()}`,
        )
      }
    },
    stop: () => {
      for (const node of nodes) killGroup(node.process)
    },
  }
}

/** Ends a node and its plugins. */
export function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}
