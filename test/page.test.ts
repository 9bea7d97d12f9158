import { AxeBuilder } from '@axe-core/playwright'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Overview } from '@weir/packs'
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { capture, replay } from './replay.ts'
import { type WeirProcess, eventually, getJson, startWeir } from './weir-process.ts'

/** A Chromium of this machine: `$CHROMIUM`, the usual place, or one on PATH. */
function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  return [
    process.env['CHROMIUM'] ?? '',
    '/usr/bin/chromium',
    ...folders.flatMap((folder) => names.map((name) => join(folder, name))),
  ].find((path) => path !== '' && existsSync(path))
}

const CHROMIUM = findChromium()
const why =
  CHROMIUM === undefined ? ' (skipped: no Chromium at $CHROMIUM, /usr/bin or on PATH)' : ''

describe.skipIf(CHROMIUM === undefined)(`the page of a Weir that hears an Airflow${why}`, () => {
  let weir: WeirProcess
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let complaints: string[]

  beforeAll(async () => {
    weir = await startWeir({ config: 'statsd: { flush_interval: 500ms }' })
    const [started] = await Promise.all([
      chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] }),
      replay(weir.statsdPort, capture('plain')),
    ])
    browser = started
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    await eventually(
      'the failing DAG',
      async () => {
        const url = `${weir.web}/api/weir/v1/overview?window=15m`
        return (await getJson<Overview>(url)).pipelines[0]?.health === 'failing'
      },
      45_000,
    )
  }, 90_000)
  afterAll(async () => {
    await browser?.close()
    await weir?.[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    page = await context.newPage()
    complaints = []
    page.on('console', (said) => {
      if (said.type() === 'error' || said.type() === 'warning') complaints.push(said.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
  })
  afterEach(async () => {
    await page.close()
  })

  const see = (text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor()
  /** What axe finds, and what the browser complained of; a breach of the policy is such a complaint. */
  const flaws = async (): Promise<string[]> => {
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
    return [...complaints, ...violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)]
  }

  test('the overview has every DAG, the failing one first', async () => {
    const answer = await page.goto(weir.web)
    const policy = answer?.headers()['content-security-policy'] ?? ''
    expect(policy).toContain("default-src 'self'")
    expect(policy).not.toMatch(/script-src[^;]*'unsafe|default-src[^;]*'unsafe/)
    await see('lab_success')
    const rows = await page.locator('.row').allInnerTexts()
    expect(rows[0]).toMatch(/lab_failure.*Failing/s)
    expect(rows.join('\n')).toMatch(/team\.reports-daily/)
    expect(
      await page.locator('.row').first().locator('.spark .line').first().getAttribute('d'),
    ).toMatch(/^M/)
    expect(await flaws()).toEqual([])
  })

  test('a row leads to its pipeline: stages, charts, the alert, and what to do', async () => {
    await page.goto(weir.web)
    await page.locator('.row', { hasText: 'lab_failure' }).click()
    await see('AirflowDagFailing')
    await page.locator('.stage-node').first().waitFor()
    const stages = await page.locator('.flow-map').innerText()
    expect(stages).toMatch(/Schedule.*Queue.*Tasks.*DAG run/s)
    await page.locator('.u-over').first().waitFor()
    expect(await flaws()).toEqual([])

    await page.getByRole('link', { name: 'Runbook' }).first().click()
    await see('Open the DAG in Airflow')
    expect(page.url()).toBe(`${weir.web}/packs/airflow#AirflowDagFailing`)
    expect(await flaws()).toEqual([])
  })

  test('the explorer completes what is typed, draws it and lists it', async () => {
    await page.goto(`${weir.web}/explore`)
    await page.locator('.cm-content').click()
    await page.keyboard.type('airflow_dagrun_duration_c')
    await page.getByRole('option', { name: 'airflow_dagrun_duration_count' }).click()
    await page.keyboard.press('Control+Enter')
    await see('{dag_id="lab_success"}')
    await see(/4 series · step 10 s · \d+ samples? of 4 series read/)
    await page.locator('.u-over').waitFor()
    expect(page.url()).toContain('expr=airflow_dagrun_duration_count')
    expect(await flaws()).toEqual([])

    await page.getByRole('tab', { name: 'Table' }).click()
    const row = page.getByRole('row', { name: /dag_id="lab_success"/ })
    expect(await row.innerText()).toMatch(/\t4$/)
    expect(await flaws()).toEqual([])
  })

  test('a mistyped query is refused with its reason, in the page', async () => {
    await page.goto(`${weir.web}/explore?expr=${encodeURIComponent('sum(up')}`)
    await see(/unclosed left parenthesis/)
  })

  test('a pushed group is shown with its refusal, and deleted, whatever its labels are', async () => {
    const group = 'job/nightly%20load/path@base64/L3Zhci90bXA/dots@base64/Li4/none@base64/='
    const push = async (body: string): Promise<number> =>
      (await fetch(`${weir.web}/metrics/${group}`, { method: 'PUT', body })).status
    expect(await push('rows 5\nseconds{table="a"} 1\nseconds{table="b"} 2\n')).toBe(200)
    expect(await push('rows 5 1700000000000\n')).toBe(400)
    await page.goto(`${weir.web}/targets?tab=pushed`)
    await see('pushed metrics must not have timestamps')
    const row = await page.locator('.pushed', { hasText: 'nightly load' }).innerText()
    expect(row).toMatch(/^Refused.*path=\/var\/tmp.*dots=\.\.\n.*none=\n.*\n2\b.*\n3\b/s)
    expect(await flaws()).toEqual([])
    await page.getByRole('button', { name: /^Delete job=nightly load/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await see('Nothing was pushed yet')
    expect(await getJson(`${weir.web}/api/weir/v1/push-groups`)).toEqual([])
    expect(await flaws()).toEqual([])
  })

  test.each<[string, readonly (string | RegExp)[]]>([
    ['/alerts', [/Firing [1-9]/, 'DAG lab_failure failed and has not succeeded since']],
    ['/alerts?tab=notifications', [/AirflowDagFailing|Nothing was sent yet/]],
    ['/status', ['statsd-udp', '1 of 1 up', /awake, \d+ series/]],
    ['/targets', ['1 of 1 up', 'instance=weir', 'Scrape something else']],
    ['/status?tab=storage', ['Cardinality', 'Series from StatsD']],
    ['/alerts?tab=checks', ['No service checks yet.']],
    ['/status?tab=config', ['statsd:', 'Build']],
    ['/packs', ['Apache Airflow', /awake/]],
    ['/packs/airflow?q=heartbeat', ['airflow_scheduler_heartbeat', /of \d+/]],
  ])('%s shows %j', async (path, texts) => {
    await page.goto(weir.web + path)
    for (const text of texts) await see(text)
    expect(await flaws()).toEqual([])
  })

  // The same pages in these clothes go through axe in packages/web, against made-up data.
  test('a dashboard that was downloaded and is dropped on the list is the same document', async () => {
    const board = {
      uid: 'round-trip',
      title: 'Round <trip> & "back"',
      schemaVersion: 39,
      unheard: { of: [1, null, 'x'] },
      panels: [
        { id: 7, type: 'stat', title: 'Up', targets: [{ refId: 'A', expr: 'up{a="b\\\\c"}' }] },
        { id: 9, type: 'no-such', options: { deep: { er: true } } },
      ],
    }
    const boards = `${weir.web}/api/weir/v1/dashboards`
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ dashboard: board, author: 'ann' })
    expect((await fetch(boards, { method: 'POST', headers, body })).status).toBe(200)
    await page.goto(`${weir.web}/dashboards?q=round`)
    await page.getByRole('button', { name: `What to do with ${board.title}` }).click()
    const downloading = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: 'As it is' }).click()
    const text = readFileSync(await (await downloading).path(), 'utf8')
    expect(JSON.parse(text)).toEqual(board)
    const gone = await fetch(`${boards}/${board.uid}?author=ann`, { method: 'DELETE' })
    expect(gone.status).toBe(200)
    const dropped = await page.evaluateHandle((content) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([content], 'board.json'))
      return transfer
    }, text)
    await page.dispatchEvent('body', 'drop', { dataTransfer: dropped })
    await page.getByRole('button', { name: 'Import 1 dashboard' }).click()
    await page.waitForURL(/dashboards\/round-trip$/)
    expect(await getJson(`${boards}/${board.uid}/export`)).toEqual(board)
    expect(complaints).toEqual([])
  })

  test('dark, on a phone: nothing sticks out sideways', async () => {
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.setViewportSize({ width: 390, height: 844 })
    for (const path of [
      '/',
      '/pipelines/airflow/lab_failure',
      '/alerts',
      '/status',
      '/targets',
      '/packs/airflow',
    ]) {
      await page.goto(weir.web + path)
      await page.locator('h1').waitFor()
      await see(/lab_failure|statsd-udp|Open the DAG|AirflowDagFailing|instance=weir/)
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(sideways, path).toBeLessThanOrEqual(0)
      expect(complaints, path).toEqual([])
    }
  })
})
