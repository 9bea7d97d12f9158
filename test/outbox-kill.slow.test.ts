import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type WeirProcess, startWeir } from './weir-process.ts'

const KILLS = 100
const SEED = 20_260_101

/** Numbers from 0 to 1 that come the same each time. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const far = (): string => new Date(Date.now() + 86_400_000).toISOString()

/** True once Weir has said that it has them. */
async function push({ web }: WeirProcess, names: readonly string[]): Promise<boolean> {
  const body = names.map((alertname) => ({ labels: { alertname }, endsAt: far() }))
  const init = { method: 'POST', body: JSON.stringify(body) }
  const headers = { 'content-type': 'application/json' }
  const url = `${web}/api/v2/alerts`
  return fetch(url, { ...init, headers }).then(
    ({ ok }) => ok,
    () => false,
  )
}

test(
  `killed ${KILLS} times while alerts come and go out: each that was taken is told`,
  { timeout: 1_800_000 },
  async () => {
    const random = randomFrom(SEED)
    const told = new Map<string, number>()
    const receiver = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        const { alerts } = JSON.parse(body) as { alerts: { labels: { alertname: string } }[] }
        for (const { labels } of alerts)
          told.set(labels.alertname, (told.get(labels.alertname) ?? 0) + 1)
        const code = random() < 0.2 ? 503 : 200
        setTimeout(() => response.writeHead(code).end(), random() * 60)
      })
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const { port } = receiver.address() as AddressInfo
    const folder = mkdtempSync(join(tmpdir(), 'weir-outbox-'))
    const routes = join(folder, 'am.yml')
    writeFileSync(
      routes,
      `
route: {receiver: hook, group_by: [alertname], group_wait: 50ms, group_interval: 1s, repeat_interval: 24h}
receivers: [{name: hook, webhook_configs: [{url: 'http://127.0.0.1:${port}/'}]}]
`,
    )
    const options = { dataDir: join(folder, 'data'), flags: ['--alertmanager.config', routes] }
    const taken: string[] = []
    for (let life = 0; life < KILLS; life++) {
      await using weir = await startWeir(options)
      const dying = wait(random() * 400).then(() => weir.kill())
      const names = Array.from({ length: 4 }, (_, i) => `life${life}_${i}`)
      for (const name of names) if (await push(weir, [name])) taken.push(name)
      await dying
    }
    await using weir = await startWeir(options)
    const calm = Array.from({ length: 20 }, (_, i) => `calm${i}`)
    const pushed = push(weir, calm)
    const missing = (): string[] => [...taken, ...calm].filter((name) => !told.has(name))
    for (let i = 0; i < 120 && missing().length > 0; i++) await wait(1000)
    expect(await pushed).toBe(true)
    expect(missing(), `seed ${SEED}`).toEqual([])
    expect(taken.length).toBeGreaterThan(KILLS) // most were taken before the kill
    process.stderr.write(
      `${taken.length} taken over ${KILLS} kills, ${[...told.values()].filter((n) => n > 1).length} told more than once\n`,
    )
    receiver.close()
    rmSync(folder, { recursive: true, force: true })
  },
)
