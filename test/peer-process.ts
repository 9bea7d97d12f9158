import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { eventually } from './weir-process.ts'

/** Where a peer's program is: in `$WEIR_PEERS`, on PATH, or in the usual cache; undefined when nowhere. */
export function findPeer(name: string): string | undefined {
  const folders = [
    process.env['WEIR_PEERS'] ?? '',
    ...(process.env['PATH'] ?? '').split(delimiter),
    join(homedir(), '.cache/weir-peers/bin'),
  ]
  const paths = folders.filter((folder) => folder !== '').map((folder) => join(folder, name))
  return paths.find((path) => existsSync(path))
}

/** A program of somebody else, running. */
export interface PeerProcess extends AsyncDisposable {
  readonly url: string
  /** What it wrote to its log so far. */
  log(): string
  /** Kills it as a power cut would; resolves when it is gone. */
  kill(): Promise<void>
}

export interface PeerOptions {
  readonly program: string
  /** Its configuration, and what it is started with; `PORT` in them is the port that it gets. */
  readonly config: string
  args(paths: {
    readonly folder: string
    readonly config: string
    readonly port: number
  }): readonly string[]
  /** The path that answers 200 when it is ready. */
  readonly readyPath: string
}

/** Starts a program in a folder of its own and waits until it is ready. */
export async function startPeer(options: PeerOptions): Promise<PeerProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-peer-'))
  const config = join(folder, 'config.yml')
  const port = await freePort()
  writeFileSync(config, options.config.replaceAll('PORT', String(port)))
  const child = spawn(options.program, options.args({ folder, config, port }), {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = `http://127.0.0.1:${port}`
  const peer: PeerProcess = {
    url,
    log: () => log,
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await exited
      rmSync(folder, { recursive: true, force: true })
    },
  }
  try {
    await eventually(`${options.program} to be ready`, async () => {
      if (child.exitCode !== null) throw new Error(`${options.program} ended:\n${log}`)
      const answer = await fetch(`${url}${options.readyPath}`).catch(() => undefined)
      return answer?.ok === true
    })
    return peer
  } catch (error) {
    await peer[Symbol.asyncDispose]()
    throw error
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
