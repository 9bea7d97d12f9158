import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { pino } from 'pino'
import { chromium } from 'playwright-core'
import { expect, test } from 'vitest'
import { AccessDesk } from '../access/access-desk.ts'
import { authConfig } from '../access/config.ts'
import { CLIENT, startProvider } from '../access/oidc/testing/provider-stand-in.ts'
import { openLogin } from '../access/session/login-desk.ts'
import { MemoryStore } from '../loggers/testing/memory-store.ts'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { createHttp } from './app.ts'
import { freePort } from './testing/peers.ts'
import { standIn } from './testing/stand-in.ts'

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const WEB = join(import.meta.dirname, '../../../web/dist')
const missing = [CHROMIUM, join(WEB, 'index.html')].filter((path) => !existsSync(path))
const whyNot = missing.length === 0 ? '' : ` (skipped: ${missing.join(' and ')} is missing)`

test.skipIf(missing.length > 0)(
  `a browser goes to the provider and comes back to the page it was at, under the page's policy; its session opens a live tail${whyNot}`,
  async () => {
    await using provider = await startProvider()
    const port = await freePort()
    const externalUrl = `http://127.0.0.1:${port}`
    const oidc = { issuer: provider.issuer, ...CLIENT, name: 'Example', groups: { data: ['read'] } }
    const auth = authConfig.parse({ oidc })
    const telemetry = { registry: new Registry(), log: new Log(pino({ level: 'silent' })) }
    const { clock } = standIn()
    const door = { asks: false, users: new Map(), tls: undefined }
    const access = new AccessDesk({ auth, door, clock, telemetry })
    await using login = openLogin(access, { auth, clock, telemetry })
    const store = new MemoryStore()
    access.open(store)
    login.open(store)
    await using http = await createHttp(standIn({ access, login, externalUrl, webRoot: WEB }))
    await http.listen({ host: '127.0.0.1', port })
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    try {
      const page = await browser.newPage()
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      await page.goto(`${externalUrl}/status?tab=config`)
      await page.getByRole('link', { name: 'Continue with Example' }).click()
      await page.getByRole('heading', { name: 'Flags' }).waitFor()
      expect(page.url()).toBe(`${externalUrl}/status?tab=config`)
      await page.getByRole('button', { name: 'Account: ann' }).waitFor()
      const cookies = await page.context().cookies()
      const session = cookies.find(({ name }) => name === 'weir')
      expect(session).toMatchObject({ httpOnly: true, sameSite: 'Strict' })
      const cookie = `weir=${session?.value}`
      expect(await upgrade(port, { origin: externalUrl })).toBe(401)
      expect(await upgrade(port, { origin: 'https://evil.example', cookie })).toBe(403)
      // It passes; only there is no log store behind this server.
      expect(await upgrade(port, { origin: externalUrl, cookie })).toBe(503)
      expect(complaints).toEqual([])
    } finally {
      await browser.close()
    }
  },
)

/** The status of an answer to a request for a live tail. */
function upgrade(port: number, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    request({
      port,
      host: '127.0.0.1',
      path: '/loki/api/v1/tail?query=%7Ba%3D%22b%22%7D',
      headers: {
        ...headers,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      },
    })
      .on('response', (answer) => {
        answer.resume()
        resolve(answer.statusCode ?? 0)
      })
      .on('error', reject)
      .end()
  })
}
