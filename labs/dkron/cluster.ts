/** Three servers of Dkron on loopback. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../stand/free-port.ts'

export interface Node {
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
      [
        ...['agent', '--server', '--node-name', name, '--data-dir', dataDir, '--log-level', 'warn'],
        ...['--bootstrap-expect', String(options.httpPorts.length), '--disable-usage-stats'],
        ...['--bind-addr', `127.0.0.1:${serfPort}`, '--rpc-port', String(rpcPort)],
        ...['--http-addr', `127.0.0.1:${httpPort}`, '--enable-prometheus'],
        ...['--statsd-addr', `127.0.0.1:${options.statsdPort}`],
        ...['--webhook-endpoint', options.webhookEndpoint],
        ...[
          '--webhook-payload',
          'dkron_execution,job_name={{.JobName}} success={{.Success}},milliseconds={{(.FinishedAt.Sub .StartTime).Milliseconds}} {{.FinishedAt.UnixNano}}',
        ],
        ...serfPorts.flatMap((port) => ['--retry-join', `127.0.0.1:${port}`]),
        ...['--retry-interval', '1s'],
      ],
      { stdio: ['ignore', 'ignore', 'ignore'] },
    )
    process.once('exit', () => child.kill('SIGKILL'))
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
      for (const node of nodes) node.process.kill('SIGKILL')
    },
  }
}
