import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPeer } from './peer-process.ts'
import { eventually } from './weir-process.ts'

/** Real programs that can keep Weir's metrics. */
const ENGINES = {
  'victoria-metrics': {
    readyPath: '/health',
    // It keeps what it took in memory for up to 5 s: killed, it would lose what it had acknowledged.
    endsBy: 'SIGTERM',
    args: (folder: string, address: string) => [
      `-storageDataPath=${folder}/data`,
      `-httpListenAddr=${address}`,
      '-retentionPeriod=100y',
    ],
  },
  prometheus: {
    readyPath: '/-/ready',
    endsBy: 'SIGKILL',
    args: (folder: string, address: string) => [
      `--config.file=${folder}/config.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=${address}`,
      '--web.enable-remote-write-receiver',
    ],
  },
} as const

export type EngineName = keyof typeof ENGINES

/** An engine that can be killed and started again on what it has. */
export interface EngineProcess extends AsyncDisposable {
  readonly url: string
  /** As roughly as it can be without a loss of what it had taken. */
  kill(): Promise<void>
  /** Again, after a kill. */
  start(): Promise<void>
}

export async function startEngine(name: EngineName): Promise<EngineProcess> {
  const program = findPeer(name)!
  const { args, readyPath, endsBy } = ENGINES[name]
  const folder = mkdtempSync(join(tmpdir(), 'weir-engine-'))
  writeFileSync(join(folder, 'config.yml'), 'global: {}\n')
  const address = `127.0.0.1:${await freePort()}`
  const url = `http://${address}`
  let kill = async (): Promise<void> => undefined
  const start = async (): Promise<void> => {
    const child = spawn(program, args(folder, address), { stdio: 'ignore' })
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    kill = async () => {
      child.kill(endsBy)
      await exited
    }
    await eventually(`${name} to be ready`, async () => {
      const answer = await fetch(`${url}${readyPath}`).catch(() => undefined)
      return answer?.ok === true
    })
  }
  await start()
  return {
    url,
    kill: () => kill(),
    start,
    async [Symbol.asyncDispose]() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
