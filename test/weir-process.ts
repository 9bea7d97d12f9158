import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** The bundle and the page, lying as in the package that users install. */
export const PACKED = join(import.meta.dirname, '../packages/cli/dist/packed')

/** The command there. */
export const MAIN = join(PACKED, 'lib/main.js')

const FREE_PORTS = ['--listen', '127.0.0.1:0', '--statsd-listen', '127.0.0.1:0'] as const

const START_MS_MAX = 120_000

/** A `weir` of the test's own, talked to from outside only. */
export interface WeirProcess extends AsyncDisposable {
  readonly web: string
  readonly statsdPort: number
  readonly statsdTcpPort: number
  readonly dataDir: string
  /** Where it said that it listens for a kind: `otlp-grpc`. */
  address(kind: string): string
  /** What it wrote to its log so far. */
  log(): string
  signal(signal: NodeJS.Signals): void
  /** Kills it as a power cut would; resolves when it is gone. */
  kill(): Promise<void>
  /** Resolves with the exit code; asked for by {@link signal}, since a second SIGTERM does not wait. */
  ended(): Promise<number | null>
  /** Asks it to stop; resolves with the exit code. */
  stop(): Promise<number | null>
}

export interface WeirOptions {
  readonly command?: 'serve' | 'demo'
  /** The command to run, with what stands before its own arguments; the one that was built unless told. */
  readonly program?: readonly [string, ...string[]]
  /** Contents of its weir.yml. */
  readonly config?: string
  /** Kept by whoever gives it; else a folder that goes with the process. */
  readonly dataDir?: string
  readonly flags?: readonly string[]
  /** All there is on the command line behind `serve`, but for the data folder; nothing else is added. */
  readonly exactFlags?: readonly string[]
}

/** Starts the built command on free ports and waits until it has said where it listens. */
export async function startWeir(options: WeirOptions = {}): Promise<WeirProcess> {
  const scratch = mkdtempSync(join(tmpdir(), 'weir-test-'))
  const dataDir = options.dataDir ?? join(scratch, 'data')
  const config = join(scratch, 'weir.yml')
  writeFileSync(config, options.config ?? '')
  const own = ['--config', config, ...FREE_PORTS, ...(options.flags ?? [])]
  const flags = options.exactFlags ?? own
  const args = [options.command ?? 'serve', '--data-dir', dataDir, ...flags]
  const child = run(args, options.program)
  let log = ''
  child.stderr!.on('data', (chunk: Buffer) => {
    log += chunk.toString()
  })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const addresses = await readAddresses(child, exited, () => log)
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM')
    return exited
  }
  const port = (kind: string): number => Number(/:(\d+)$/.exec(addresses.get(kind) ?? '')?.[1])
  return {
    web: addresses.get('web')!,
    statsdPort: port('statsd-udp'),
    statsdTcpPort: port('statsd-tcp'),
    dataDir,
    address: (kind) => addresses.get(kind) ?? '',
    log: () => log,
    signal: (signal) => child.kill(signal),
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    ended: () => exited,
    stop,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) await stop()
      rmSync(scratch, { recursive: true, force: true })
    },
  }
}

function run(
  args: readonly string[],
  [program, ...before]: readonly [string, ...string[]] = [process.execPath, MAIN],
): ChildProcess {
  return spawn(program, [...before, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
}

async function readAddresses(
  child: ChildProcess,
  exited: Promise<unknown>,
  log: () => string,
): Promise<Map<string, string>> {
  const addresses = new Map<string, string>()
  const listening = new Promise<void>((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`weir did not say where it listens; it wrote:\n${log()}`)),
      START_MS_MAX,
    )
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const [kind = '', address = ''] = line.split(' ')
      addresses.set(kind, address)
      if (!addresses.has('web') || !addresses.has('statsd-tcp')) return
      clearTimeout(late)
      resolve()
    })
    void exited.then((code) => reject(new Error(`weir ended with ${String(code)}:\n${log()}`)))
  })
  await listening
  return addresses
}

/** Runs the command to its end. */
export async function weir(
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const child = run(args)
  let out = ''
  let err = ''
  child.stdout!.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr!.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, out, err }
}

/** Sends packets by UDP, one each. */
export async function sendUdp(port: number, packets: readonly string[]): Promise<void> {
  const socket = createSocket('udp4')
  for (const packet of packets) {
    await new Promise<void>((resolve, reject) => {
      socket.send(packet, port, '127.0.0.1', (error) => (error ? reject(error) : resolve()))
    })
  }
  socket.close()
}

/** Sends lines by TCP; resolves when all are on their way. */
export async function sendTcp(port: number, lines: readonly string[]): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.end(`${lines.join('\n')}\n`, resolve)
  })
}

/** The value of an instant query that gives one series; undefined when it gives none. */
export async function value(web: string, expr: string): Promise<number | undefined> {
  const answer = await fetch(`${web}/api/v1/query?query=${encodeURIComponent(expr)}`)
  const body = (await answer.json()) as {
    readonly error?: string
    readonly data?: { readonly result: readonly { readonly value: readonly [number, string] }[] }
  }
  if (body.data === undefined) throw new Error(body.error)
  const text = body.data.result[0]?.value[1]
  return text === undefined ? undefined : Number(text)
}

export async function getJson<T>(url: string): Promise<T> {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`GET ${url} answered ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as T
}

/** Asks until `look` gives something other than undefined or false; fails with what it waited for. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  withinMs = 60_000,
): Promise<T> {
  const end = performance.now() + withinMs
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (performance.now() > end) throw new Error(`Waited ${withinMs} ms in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** A webhook receiver that remembers the bodies it was sent. */
export interface Receiver extends AsyncDisposable {
  readonly url: string
  readonly bodies: readonly unknown[]
}

/** Starts one; `answer` gives the status for the nth request, 200 unless told. */
export async function startReceiver(
  answer: (count: number) => number = () => 200,
): Promise<Receiver> {
  const bodies: unknown[] = []
  let count = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const status = answer(count++)
      if (status < 300) bodies.push(JSON.parse(Buffer.concat(chunks).toString()))
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    bodies,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
