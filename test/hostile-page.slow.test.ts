import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type Page, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type WeirProcess, eventually, getJson, sendTcp, startWeir } from './weir-process.ts'

/** Texts that want to be script, in every field that others write, and every page that shows them. */

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

const PAYLOADS = [
  '<img src=x onerror="window.__pwned=1;alert(1)">',
  '"><script>window.__pwned=1;alert(1)</script>',
  "'><svg onload=window.__pwned=1>",
  '{{constructor.constructor("window.__pwned=1")()}}',
  '<iframe srcdoc="<script>parent.__pwned=1</script>"></iframe>',
  '[x](javascript:window.__pwned=1)',
  '<a href="javascript:window.__pwned=1">x</a><style>@import url(http://evil.example/x)</style>',
]
const ALL = PAYLOADS.join(' ')
const SCRIPT = 'javascript:window.__pwned=1'

/** In a template of a rule: the braces as they are. */
const shown = (text: string): string => text.replaceAll('{{', '{{"{{"}}')

const why = existsSync(CHROMIUM) ? '' : ' (skipped: no Chromium at $CHROMIUM or /usr/bin)'

describe.skipIf(!existsSync(CHROMIUM))(`a page full of scripts that nobody runs${why}`, () => {
  let weir: WeirProcess
  let browser: Browser
  let folder: string

  beforeAll(async () => {
    const config = 'statsd: { flush_interval: 200ms }\npacks: { disabled: [weir] }\n'
    const rules = JSON.stringify({
      groups: [
        {
          name: ALL,
          interval: '1s',
          rules: PAYLOADS.map((payload, i) => ({
            alert: `Hostile${i}`,
            expr: 'vector(1)',
            labels: { severity: 'critical', x: shown(payload) },
            annotations: { summary: shown(payload), description: shown(ALL), runbook_url: SCRIPT },
          })),
        },
      ],
    })
    folder = mkdtempSync(join(tmpdir(), 'weir-hostile-page-'))
    writeFileSync(join(folder, 'rules.yml'), rules)
    weir = await startWeir({ config, flags: ['--rules', join(folder, 'rules.yml')] })
    await Promise.all([fillMetrics(weir), fillLogs(weir), fillBoards(weir), fillSilences(weir)])
    await eventually('alerts', async () => {
      const groups = await getJson<unknown[]>(`${weir.web}/api/weir/v1/alerts/groups`)
      return groups.length > 0
    })
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await weir?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  test.each([
    '/',
    `/pipelines/custom/${encodeURIComponent(`p${PAYLOADS[0]}`)}`,
    `/explore?expr=${encodeURIComponent('hostile_gauge')}`,
    `/explore?expr=${encodeURIComponent(ALL)}`,
    `/logs?query=${encodeURIComponent('{app="hostile"}')}`,
    `/logs?query=${encodeURIComponent(ALL)}`,
    '/alerts',
    '/alerts/silences',
    '/alerts/rules',
    '/dashboards',
    '/dashboards/hostile',
    `/dashboards?folder=${encodeURIComponent(ALL)}`,
    '/targets',
    '/loggers',
    '/status',
    '/packs',
    `/${encodeURIComponent(ALL)}`,
  ])('%s', { timeout: 60_000 }, async (path) => {
    const page = await browser.newPage()
    const wrong = watched(page, weir.web)
    await page.addInitScript(watchDocument)
    await page.goto(weir.web + path)
    await page.waitForLoadState('networkidle')
    await press(page)
    expect(wrong).toEqual([])
    const seen = await page.evaluate(() => {
      const { __pwned, __live } = globalThis as unknown as Seen
      return { __pwned, __live }
    })
    expect([seen.__pwned, seen.__live]).toEqual([undefined, []])
    // What a link would do when it is pressed.
    const links = await page
      .locator('a[href]')
      .evaluateAll((all) =>
        all.map((link) => (link as unknown as { readonly protocol: string }).protocol),
      )
    expect(links.filter((protocol) => !['http:', 'https:', 'blob:'].includes(protocol))).toEqual([])
    await page.close()
  })

  test('they are there, as texts; one that lived would be seen', { timeout: 60_000 }, async () => {
    const page = await browser.newPage()
    await page.addInitScript(watchDocument)
    await page.goto(`${weir.web}/alerts`)
    await page.getByText('<img src=x onerror=').first().waitFor()
    const seen = await page.evaluate(async () => {
      document.body.insertAdjacentHTML('beforeend', '<p><img alt="" onload="x"></p>')
      await new Promise((resolve) => setTimeout(resolve))
      return (globalThis as unknown as Seen).__live
    })
    expect(seen).toHaveLength(1)
    await page.close()
  })
})

/** What the page remembers of itself. */
interface Seen {
  readonly __pwned?: number
  /** Elements that carried a handler, or script of their own, at any moment. */
  readonly __live: string[]
}

/** Runs in the page before all else. */
function watchDocument(): void {
  const live: string[] = []
  Object.assign(globalThis, { __live: live })
  const look = (element: Element): void => {
    const hasHandler = [...element.attributes].some(({ name }) => name.startsWith('on'))
    const isOwnScript = element.localName === 'script' && !element.hasAttribute('src')
    if (hasHandler || isOwnScript) live.push(element.outerHTML.slice(0, 200))
  }
  new MutationObserver((changes) => {
    for (const { addedNodes, target } of changes) {
      if (target instanceof Element) look(target)
      for (const node of addedNodes) {
        if (!(node instanceof Element)) continue
        look(node)
        for (const inner of node.querySelectorAll('*')) look(inner)
      }
    }
  }).observe(document, { subtree: true, childList: true, attributes: true })
}

/** Dialogs, and whatever is asked for elsewhere. What the policy stops is wrong too: it should not have been tried. */
function watched(page: Page, web: string): string[] {
  const wrong: string[] = []
  page.on('dialog', (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(web) && !/^(?:data|blob):/.test(url)) wrong.push(`asked for ${url}`)
  })
  page.on('console', (said) => {
    // Chromium complains of handlers already in the document, never shown, in which DOMPurify looks for them.
    const isInert = said.text().startsWith('Executing inline event handler')
    if (/Content Security Policy/i.test(said.text()) && !isInert) wrong.push(said.text())
  })
  return wrong
}

/** Opens what opens: details, rows, menus. */
async function press(page: Page): Promise<void> {
  for (const button of (await page.locator('main button:visible').all()).slice(0, 12)) {
    await button.click({ timeout: 1000 }).catch(() => undefined) // another one lies over it by now
  }
}

async function fillMetrics(weir: WeirProcess): Promise<void> {
  const name = `p${PAYLOADS[0]!.replaceAll(/[|:,#\n]/g, '')}`
  await sendTcp(weir.statsdTcpPort, [
    `weir.pipeline.${name.replaceAll('.', '')}.sink.records:5|c`,
    ...PAYLOADS.map((payload) => `hostile_gauge:1|g|#x:${payload.replaceAll(/[|,#\n]/g, '')}`),
    '_e{5,5}:<b>x>|<i>y>|t:error',
  ])
  const labels = JSON.stringify(ALL)
  const page = `# HELP hostile_pushed ${ALL}\n# TYPE hostile_pushed gauge\nhostile_pushed{x=${labels}} 1\n`
  await must(`${weir.web}/metrics/job/${encodeURIComponent('<b>job')}`, 'text/plain', page)
}

async function fillLogs(weir: WeirProcess): Promise<void> {
  const nowNs = BigInt(Date.now()) * 1_000_000n
  const values = PAYLOADS.flatMap((payload, i) => [
    [String(nowNs - BigInt(i)), payload],
    [String(nowNs - BigInt(i)), JSON.stringify({ level: 'error', msg: payload, x: ALL })],
  ])
  const body = JSON.stringify({ streams: [{ stream: { app: 'hostile', x: ALL }, values }] })
  await must(`${weir.web}/loki/api/v1/push`, 'application/json', body)
}

async function fillBoards(weir: WeirProcess): Promise<void> {
  const link = { title: ALL, url: SCRIPT, type: 'link', icon: 'external link', targetBlank: true }
  const panel = (type: string, i: number): object => ({
    id: i,
    type,
    title: ALL,
    description: ALL,
    links: [link],
    gridPos: { x: 0, y: i * 6, w: 24, h: 6 },
    targets: [{ expr: 'hostile_gauge', legendFormat: ALL, refId: 'A' }],
    options: { content: ALL, mode: i % 2 === 0 ? 'html' : 'markdown' },
    fieldConfig: { defaults: { links: [link], displayName: ALL, unit: ALL }, overrides: [] },
  })
  const dashboard = {
    uid: 'hostile',
    title: ALL,
    tags: PAYLOADS,
    links: [link],
    panels: ['text', 'text', 'timeseries', 'table', 'stat', 'gauge', 'bargauge'].map(panel),
    templating: {
      list: [
        {
          name: 'v',
          type: 'custom',
          label: ALL,
          query: PAYLOADS.join(','),
          current: { text: ALL, value: ALL },
        },
      ],
    },
  }
  const body = JSON.stringify({ dashboard, author: ALL, message: 'x' })
  await must(`${weir.web}/api/weir/v1/dashboards`, 'application/json', body)
}

async function fillSilences(weir: WeirProcess): Promise<void> {
  const body = JSON.stringify({
    matchers: [{ name: 'x', value: ALL, isRegex: false }],
    startsAt: new Date(Date.now() - 1000).toISOString(),
    endsAt: new Date(Date.now() + 3_600_000).toISOString(),
    createdBy: ALL,
    comment: ALL,
  })
  await must(`${weir.web}/api/v2/silences`, 'application/json', body)
}

async function must(url: string, type: string, body: string): Promise<void> {
  const reply = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body })
  if (!reply.ok) throw new Error(`${url} answers ${reply.status}: ${await reply.text()}`)
}
