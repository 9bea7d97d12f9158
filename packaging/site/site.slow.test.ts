import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join, posix } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tool } from '../tool.ts'
import { buildSite } from './build.ts'
import { menuOf } from './nav.ts'
import { weirsOwnApi } from './own-api.ts'
import { sources } from './pages.ts'

let folder: string
let files: string[]
const html = new Map<string, string>()
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-site-'))
  buildSite(folder, await weirsOwnApi())
  files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  for (const file of files.filter((name) => name.endsWith('.html'))) {
    html.set(file, readFileSync(join(folder, file), 'utf8'))
  }
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const attributes = (text: string, name: string): string[] =>
  [...text.matchAll(new RegExp(`<[a-z][^>]*? ${name}="([^"]*)"`, 'g'))].map(([, value]) =>
    value!.replaceAll('&amp;', '&'),
  )

test('every link leads to a page, and to a place on it', () => {
  expect(html.size).toBeGreaterThan(90)
  const dead: string[] = []
  for (const [file, text] of html) {
    for (const href of attributes(text, 'href')) {
      if (/^(https?|mailto):/.test(href)) continue
      const [path = '', anchor] = href.split('#')
      const from = path.startsWith('/') ? '' : posix.dirname(file)
      const target = path === '' ? file : posix.join(from, path).replace(/^\//, '')
      const page = html.get(target)
      if (page === undefined && !files.includes(target)) dead.push(`${file}: ${href}`)
      else if (anchor && !attributes(page!, 'id').includes(anchor)) dead.push(`${file}: ${href}`)
    }
  }
  expect(dead).toEqual([])
})

test('nothing is loaded from elsewhere, and the policy of the page forbids it', () => {
  for (const [file, text] of html) {
    const head = text.slice(0, text.indexOf('</head>'))
    const loaded = [...attributes(text, 'src'), ...attributes(head, 'href')]
    expect(
      loaded.filter((each) => /^([a-z]+:|\/\/)/.test(each)),
      file,
    ).toEqual([])
    expect(text, file).toContain("default-src 'none'")
    expect(text, file).not.toMatch(/<script>|<style>| style="| on[a-z]+="/)
  }
})

test('the menu has each page once, and none that is not there', () => {
  const paths = sources()
    .filter(({ parent }) => parent === undefined)
    .map(({ path }) => path)
  const listed = menuOf([...paths, 'http-paths']).flatMap(({ pages }) => pages)
  expect(new Set(listed).size).toBe(listed.length)
  expect(listed.filter((path) => ![...paths, 'http-paths'].includes(path))).toEqual([])
})

test('each receiver has a page, and so has each system, protocol and path of the API', () => {
  for (const page of [
    'receivers/slack',
    'receivers/pagerduty',
    'packs/airflow',
    'statsd',
    'otlp',
  ]) {
    expect(html.has(`${page}.html`), page).toBe(true)
  }
  expect(html.get('http-paths.html')).toContain('POST /api/v1/query')
  for (const page of ['changes', 'report-a-weakness', '404'])
    expect(html.has(`${page}.html`)).toBe(true)
})

describe('in a browser', () => {
  const program = ['chromium', 'chromium-browser', 'google-chrome'].map(tool).find(Boolean)
  let browser: Browser | undefined
  let base = ''
  const types: Readonly<Record<string, string>> = {
    '.css': 'text/css',
    '.js': 'text/javascript',
    '.svg': 'image/svg+xml',
  }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site')
    const bytes = files.includes(pathname.slice(1)) ? readFileSync(join(folder, pathname)) : ''
    const type = types[extname(pathname)] ?? 'text/html'
    response.writeHead(bytes === '' ? 404 : 200, { 'content-type': type }).end(bytes)
  })
  beforeAll(async () => {
    if (program === undefined) return
    browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    await browser?.close()
    server.close()
  })

  test('where nothing is, a page says so, and its search leads on', async (context) => {
    if (browser === undefined) return context.skip('no Chromium')
    const page = await browser.newPage()
    await page.goto(`${base}/404.html`)
    await page.keyboard.press('/')
    await page.keyboard.type('upgrade weir')
    await page.waitForSelector('#found [role=option]')
    await page.keyboard.press('ArrowDown')
    await Promise.all([page.waitForURL(/upgrade\.html/), page.keyboard.press('Enter')])
    await page.close()
  })

  test('the search finds a section by the keyboard alone', async (context) => {
    if (browser === undefined) return context.skip('no Chromium')
    const page = await browser.newPage()
    await page.goto(`${base}/index.html`)
    await page.keyboard.press('/')
    await page.keyboard.type('pagerd')
    await page.waitForSelector('#found [role=option]')
    await page.keyboard.press('ArrowDown')
    await Promise.all([page.waitForURL(/receivers\/pagerduty\.html/), page.keyboard.press('Enter')])
    expect(await page.locator('h1').textContent()).toBe('PagerDuty')
    await page.close()
  })

  // Axe takes minutes for the two longest; what they are made of is on the others, too.
  test.each(['index', 'statsd', 'receivers/slack', 'configuration', 'http-paths'])(
    '%s has nothing that axe objects to, in both schemes, and fits a phone',
    async (name) => {
      if (browser === undefined) return
      for (const colorScheme of ['light', 'dark'] as const) {
        const viewport = { width: 390, height: 844 }
        const context = await browser.newContext({ colorScheme, viewport })
        const page = await context.newPage()
        await page.goto(`${base}/${name}.html`)
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
        if (!['configuration', 'http-paths'].includes(name)) {
          const { violations } = await new AxeBuilder({ page }).analyze()
          expect(violations.map(({ id, nodes }) => [id, nodes[0]!.html])).toEqual([])
        }
        await context.close()
      }
    },
  )
})
