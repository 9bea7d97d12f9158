import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CLIENTS, POLICIES, knock } from '../access/testing/tls-clients.ts'
import { SECRET_HASH } from '../access/testing/web-config-files.ts'

const PROMETHEUS = join(process.env['WEIR_PEERS'] ?? '', 'prometheus')
const HAS_PEER = process.env['WEIR_PEERS'] !== undefined && existsSync(PROMETHEUS)
const START_MS_MAX = 30_000

let folder: string
let peer: ChildProcess | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-door-peer-'))
})
afterEach(async () => {
  const gone = new Promise((resolve) => peer?.once('exit', resolve))
  if (peer?.kill('SIGKILL') === true) await gone
  peer = undefined
  rmSync(folder, { recursive: true, force: true })
})

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A real Prometheus with this web configuration, once its port is open. */
async function start(text: string): Promise<number> {
  const port = await freePort()
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  peer = spawn(
    PROMETHEUS,
    [
      `--config.file=${file('prometheus.yml', '')}`,
      `--web.config.file=${file('web.yml', text)}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  )
  const endMs = performance.now() + START_MS_MAX
  while (performance.now() < endMs) {
    const isOpen = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true))
      socket.once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (isOpen === true) return port
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('Prometheus does not open its port')
}

const PATH = '/api/v1/label/job/values'

test.skipIf(!HAS_PEER).each(POLICIES)(
  'Prometheus answers its clients the same with $name',
  async ({ text, answers }) => {
    const port = await start(text)
    // It answers 503 until it is ready, which is an answer too: what matters is who gets one.
    const seen = async (client: (typeof CLIENTS)[number]): Promise<string> => {
      const answer = await knock(`https://127.0.0.1:${port}${PATH}`, client)
      return answer === 'closed' ? 'closed' : 'answered'
    }
    const got = await Promise.all(CLIENTS.map(async (client) => [client, await seen(client)]))
    const wanted = CLIENTS.map((client) => [
      client,
      answers[client] === 'closed' ? 'closed' : 'answered',
    ])
    expect(got).toEqual(wanted)
  },
)

test.skipIf(!HAS_PEER)('Prometheus lets the same users in', async () => {
  const port = await start(`basic_auth_users: { ann: ${SECRET_HASH} }`)
  const ask = (pair: string | undefined): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const authorization = `Basic ${Buffer.from(pair ?? '').toString('base64')}`
      const headers = pair === undefined ? {} : { authorization }
      const asked = request({ port, host: '127.0.0.1', path: '/-/healthy', headers }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
      asked.once('error', reject)
      asked.end()
    })
  const pairs = [undefined, 'ann:secret', 'ann:Secret', 'bob:secret', ':']
  expect(await Promise.all(pairs.map(ask))).toEqual([401, 200, 401, 401, 401])
})
