/** A PostgreSQL of the lab's own: one cluster in a folder, on loopback, gone with the lab. */
import { spawn, spawnSync } from 'node:child_process'
import { chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../stand/free-port.ts'

/** PostgreSQL refuses to run as root; this is the user `nobody`. */
const NOBODY = 65_534
const START_MS_MAX = 60_000

export interface RunningPostgres {
  readonly port: number
  readonly user: string
  readonly database: string
  stop(): Promise<void>
}

/** Starts PostgreSQL from the programs in `bin`, its files in `folder`. */
export async function startPostgres(bin: string, folder: string): Promise<RunningPostgres> {
  mkdirSync(folder, { recursive: true })
  const isRoot = process.getuid?.() === 0
  const as = isRoot ? { uid: NOBODY, gid: NOBODY } : {}
  if (isRoot) chownSync(folder, NOBODY, NOBODY)
  const data = join(folder, 'data')
  const user = 'rudder'
  const made = spawnSync(
    join(bin, 'initdb'),
    ['--pgdata', data, '--username', user, '--auth', 'trust', '--no-sync', '--encoding', 'UTF8'],
    { encoding: 'utf8', cwd: folder, ...as },
  )
  if (made.status !== 0) throw new Error(`Cannot create a PostgreSQL in ${folder}: ${made.stderr}`)
  const port = await freePort()
  const settings = ['fsync=off', `unix_socket_directories=${folder}`, 'max_connections=200']
  const child = spawn(
    join(bin, 'postgres'),
    [
      '-D',
      data,
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
      ...settings.flatMap((text) => ['-c', text]),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder, ...as },
  )
  process.once('exit', () => child.kill('SIGKILL'))
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error('Cannot start PostgreSQL: want it ready within a minute')),
      START_MS_MAX,
    )
    let said = ''
    child.stderr.on('data', (piece: Buffer) => {
      said += piece.toString()
      if (!said.includes('ready to accept connections')) return
      clearTimeout(late)
      resolve()
    })
    child.once('exit', (code) => reject(new Error(`PostgreSQL ended with ${code}: ${said}`)))
  })
  child.stderr.removeAllListeners('data').resume()
  return {
    port,
    user,
    database: 'postgres',
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve()
        child.once('exit', () => resolve())
        // Without waiting for clients.
        child.kill('SIGINT')
      }),
  }
}
