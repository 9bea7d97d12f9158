import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { eventually } from '../weir-process.ts'

/**
 * Other people's clients, fetched from their registries into `~/.cache/weir-clients` and run as their users
 * run them. What cannot be had here is undefined, and its test is left out by name.
 */

const CACHE = process.env['WEIR_CLIENTS'] ?? join(homedir(), '.cache/weir-clients')
const SENDERS = join(import.meta.dirname, 'senders')
const DOCUMENT = join(import.meta.dirname, '../../docs/clients.md')
const SEND_MS_MAX = 60_000

const runFile = promisify(execFile)

/** A folder made by `fill`, whole or not at all; undefined when it cannot be filled here. */
function folderOf(kind: string, key: string, fill: (folder: string) => void): string | undefined {
  const name = createHash('sha256').update(key).digest('hex').slice(0, 12)
  const folder = join(CACHE, `${kind}-${name}`)
  if (existsSync(folder)) return folder
  const scratch = `${folder}.${process.pid}`
  mkdirSync(scratch, { recursive: true })
  try {
    fill(scratch)
    renameSync(scratch, folder)
    return folder
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true })
    process.stderr.write(`Cannot get ${key}: ${(error as Error).message.split('\n')[0]}\n`)
    return undefined
  }
}

function shell(folder: string, program: string, ...args: string[]): void {
  execFileSync(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
}

/** A way to run the scripts of `senders/` with other people's packages at hand. */
export interface Client {
  /** Runs one to its end; resolves with what it printed. */
  send(script: string, ...args: (string | number)[]): Promise<string>
  /** Starts one that goes on. */
  start(script: string, ...args: (string | number)[]): Running
}

function clientOf(program: string, env: Readonly<Record<string, string>>): Client {
  const command = (script: string, args: readonly (string | number)[]): string[] => [
    join(SENDERS, script),
    ...args.map(String),
  ]
  return {
    async send(script, ...args) {
      const options = { timeout: SEND_MS_MAX, env: { ...process.env, ...env } }
      const { stdout } = await runFile(program, command(script, args), options)
      return stdout
    },
    start: (script, ...args) => start(program, command(script, args), env),
  }
}

/** A Python that has these packages, each with its version: `statsd==4.0.1`. */
export function pythonWith(...packages: string[]): Client | undefined {
  const folder = folderOf('python', packages.join(' '), (target) => {
    // A virtual environment cannot be moved; a folder of packages can.
    shell(target, 'python3', '-m', 'pip', 'install', '--quiet', '--target', target, ...packages)
  })
  return folder === undefined ? undefined : clientOf('python3', { PYTHONPATH: folder })
}

/** A Node that has these packages, each with its version: `hot-shots@12.1.0`. Their install scripts do not run. */
export function nodeWith(...packages: string[]): Client | undefined {
  const folder = folderOf('node', packages.join(' '), (target) => {
    const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--omit=optional']
    shell(target, 'npm', 'install', '--prefix', target, ...quiet, ...packages)
  })
  if (folder === undefined) return undefined
  return clientOf(process.execPath, { NODE_PATH: join(folder, 'node_modules') })
}

/** The folder into which packages of Debian were unpacked; nothing is installed. */
export function debianWith(...packages: string[]): string | undefined {
  return folderOf('debian', packages.join(' '), (folder) => {
    shell(folder, 'apt-get', '-qq', '-o', 'APT::Sandbox::User=root', 'download', ...packages)
    shell(folder, 'sh', '-c', 'for deb in *.deb; do dpkg -x "$deb" .; done; rm *.deb')
  })
}

/** The folder of a Flink, as its Python package brings it, without Python. */
export function flinkOf(version: string): string | undefined {
  const unpacked = folderOf('flink', version, (folder) => {
    const wheel = `apache-flink-libraries==${version}`
    shell(folder, 'python3', '-m', 'pip', 'download', '--quiet', '--no-deps', wheel)
    shell(folder, 'sh', '-c', 'python3 -m zipfile -e *.whl . && rm *.whl')
  })
  return unpacked === undefined ? undefined : join(unpacked, 'pyflink')
}

/** A program of a client, running until it is disposed of. */
export interface Running extends AsyncDisposable {
  /** What it wrote so far. */
  log(): string
  readonly isRunning: boolean
}

export function start(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const child: ChildProcess = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  let log = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-100_000)))
  }
  child.on('error', (error) => (log += error.message))
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return {
    log: () => log,
    get isRunning() {
      return child.exitCode === null && child.signalCode === null
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await closed
    },
  }
}

/** The first line that a program prints. */
export function firstLine(running: Running): Promise<string> {
  return eventually('a first line', async () => {
    if (!running.isRunning) throw new Error(`It ended:\n${running.log()}`)
    return /^(.+)\n/.exec(running.log())?.[1]
  })
}

/** Whether the table of docs/clients.md tells of this client in this version. */
export function isDocumented(client: string, version: string): boolean {
  const rows = readFileSync(DOCUMENT, 'utf8').split('\n')
  return rows.some((row) => row.startsWith(`| ${client} `) && row.includes(` ${version} `))
}
