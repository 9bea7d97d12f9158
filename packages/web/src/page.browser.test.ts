import { AxeBuilder } from '@axe-core/playwright'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Browser,
  type BrowserContext,
  type Locator,
  type Page,
  chromium,
} from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type MockServer, startMock } from './testing/mock-api.ts'
import { MOCK_NOW_MS } from './testing/mock-data.ts'

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const DIST = join(import.meta.dirname, '../dist')
const missing = [CHROMIUM, join(DIST, 'index.html')].filter((path) => !existsSync(path))
const why = missing.length === 0 ? '' : ` (skipped: ${missing.join(' and ')} is missing)`

describe.skipIf(missing.length > 0)(`the page in a browser${why}`, () => {
  let mock: MockServer
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let complaints: string[]

  beforeAll(async () => {
    mock = await startMock(DIST, 3)
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  })
  afterAll(async () => {
    await browser.close()
    await mock[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    mock.scene = 3
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

  const open = async (path: string): Promise<void> => {
    await page.goto(mock.url + path)
  }
  const see = (text: string | RegExp, within: Page | Locator = page): Promise<void> =>
    within.getByText(text).first().waitFor()
  const violations = async (): Promise<string[]> => {
    const { violations: found } = await new AxeBuilder({ page }).analyze()
    return found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
  }

  test.each<[string, readonly (string | RegExp)[]]>([
    ['/', ['orders_daily', /2 task failures/, 'Failing', 'Freshness']],
    ['/?group=system', ['airflow', 'flink']],
    [
      '/pipelines/airflow/orders_daily',
      ['AirflowTaskFailures', 'Runbook', 'Scheduler', 'Latency p95'],
    ],
    ['/explore', ['Type an expression', 'Run']],
    ['/explore?expr=up', ['{instance="host-0"}', /3 series/]],
    ['/explore?expr=up&tab=table', ['up{instance="host-2", job="weir"}', /3 series/]],
    [
      '/explore?expr=latency_seconds',
      [/newest: count/, /waited 310/, /mix of histograms/, /newest 10 of 12/],
    ],
    ['/explore?expr=latency_seconds&tab=table', [/count 3008 · sum/, '(0.512, 0.645]']],
    ['/explore?expr=nothing', ['No series in this time range.']],
    [
      '/alerts?tab=rules',
      [
        'Firing 1',
        'AirflowDagLate',
        'Tasks of orders_daily fail',
        /until the move is over/,
        /unexpected end/,
      ],
    ],
    ['/alerts', ['Firing 1', 'Stage1Late', 'acked by ann', 'muted by Patch night']],
    ['/alerts?q=nothing', ['No alert matches.']],
    [
      '/alerts?tab=silences',
      ['severity=~"warning|info"', 'ends in 3 h', 'Patch night', '22:00 Patch night'],
    ],
    [
      '/alerts?tab=recording',
      ['weir_stage_throughput', 'Running', /42 % · 183\u2009410 samples/, /same labelset/],
    ],
    [
      '/alerts?tab=backtest',
      [/28 notifications would have been sent in 7 d/, /2 of 12 series/, 'what really happened'],
    ],
    ['/alerts?tab=events', ['Rolled back scheduler', 'newest 4 of 5', 'env:prod']],
    ['/alerts?tab=events&q=web', ['Deployed web 4.2', 'Success']],
    ['/alerts?tab=events&q=nothing', ['No event matches.']],
    [
      '/alerts?tab=notifications',
      [
        'has taken nothing for 47 min',
        'connection refused',
        'pagerduty',
        /next try in 30 s/,
        'Retry',
        'Send a test',
      ],
    ],
    [
      '/status',
      [
        'Intakes',
        'Sent on',
        'it answered 503',
        'dag.orders.duration:abc|ms',
        '1 of 2 up',
        'Apache Airflow',
      ],
    ],
    ['/status?tab=queries', ['Took most time', '5.53', 'rule group signals of pack:airflow']],
    [
      '/targets',
      [
        '1 of 1 up',
        '1\u2009342',
        /want status 200, got 401/,
        /Give the job basic_auth/,
        /got 503 \(12 s ago\)/,
      ],
    ],
    ['/targets?q=10.0.0.5', ['http://10.0.0.5:9100/metrics', 'Up 1']],
    ['/targets?health=unknown', ['No target matches.']],
    [
      '/targets?tab=pushed',
      [/is not a GAUGE/, 'Refused 2', '4 groups, 2\u2009633 series', '3 h 10 min ago', 'never'],
    ],
    ['/targets?tab=pushed&q=/var', ['path=/var/tmp', '1 group, 2\u2009417 series']],
    ['/targets?tab=pushed&health=refused&q=backup', ['No group matches.']],
    [
      '/status?tab=storage',
      [/takes no new series/, 'user_id 9\u2009214', '48\u2009112', 'worker_*_rows'],
    ],
    ['/alerts?tab=checks', ['postgres.can_connect', 'Critical', 'connection refused']],
    ['/alerts?tab=checks&q=nothing', ['No service check matches.']],
    ['/packs', ['Apache Airflow']],
    ['/packs/airflow', ['Seconds to read all DAG files once.', 'rules.yml']],
    ['/nowhere', ['Nothing is here']],
  ])('%s shows %j, quietly and accessibly', async (path, texts) => {
    await open(path)
    for (const text of texts) await see(text)
    expect(await violations()).toEqual([])
    expect(complaints).toEqual([])
  })

  test('a rule is made and another one switched off from the page', async () => {
    const sent: string[] = []
    page.on('request', (request) => {
      if (['PUT', 'DELETE'].includes(request.method()) || request.url().endsWith('/off')) {
        sent.push(
          `${request.method()} ${new URL(request.url()).pathname} ${request.postData() ?? ''}`,
        )
      }
    })
    await open('/alerts?tab=rules')
    await page.getByRole('button', { name: 'New rule' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: /^Name/ }).fill('OrdersLate')
    await dialog.getByLabel('PromQL expression').fill('lag > 1000')
    await see('Would fire now for 7 of 40 with data.', dialog)
    await dialog.getByRole('textbox', { name: /Your name/ }).fill('ann')
    await expect.poll(() => dialog.evaluate((one) => getComputedStyle(one).opacity)).toBe('1')
    expect(await violations()).toEqual([])
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Switch off AirflowDagLate' }).click()
    await dialog.getByRole('textbox', { name: 'Why' }).fill('too loud')
    await dialog.getByRole('button', { name: 'Switch off' }).click()
    await dialog.waitFor({ state: 'detached' })
    const rule = {
      alert: 'OrdersLate',
      expr: 'lag > 1000',
      for: '5m',
      labels: { severity: 'warning' },
    }
    expect(sent).toEqual([
      // The mock keeps a rule of this name already.
      `PUT /api/weir/v1/rules/orders-late-2 ${JSON.stringify({ group: 'rules', rule, author: 'ann', reason: '' })}`,
      `POST /api/weir/v1/rules/01/off ${JSON.stringify({ author: 'ann', reason: 'too loud' })}`,
    ])
    expect(complaints).toEqual([])
  })

  test('a rule is tried on history, with another threshold', async () => {
    const sent: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST') sent.push(`${request.url()} ${request.postData() ?? ''}`)
    })
    await open('/alerts?tab=rules')
    await page
      .getByRole('link', { name: /^Backtest / })
      .first()
      .click()
    await page.getByLabel('Other thresholds').fill('7, many')
    await see('"many" is no number')
    await page.getByLabel('Other thresholds').fill('7')
    await page.getByRole('button', { name: 'Test on history' }).click()
    await see(/28 notifications would have been sent/)
    expect(sent[0]).toMatch(/backtests .*timezone=.*thresholds=7.*file=pack%3Aairflow/)
    await page.getByRole('radio', { name: /> 7/ }).click()
    await see(/8 notifications would have been sent/)
    expect(complaints).toEqual([])
  })

  test('the past of recording rules is filled in from the page', async () => {
    const sent: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST') sent.push(`${request.url()} ${request.postData() ?? ''}`)
    })
    await open('/alerts?tab=recording')
    await page.getByRole('button', { name: 'Fill in the past of airflow' }).click()
    await see(/as if they had been there/)
    await page.getByText('30 days').click()
    await expect
      .poll(() => page.getByRole('dialog').evaluate((dialog) => getComputedStyle(dialog).opacity))
      .toBe('1')
    expect(await violations()).toEqual([])
    await page.getByRole('button', { name: 'Fill in', exact: true }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatch(/backfills file=pack%3Aairflow&group=airflow&start=\d+$/)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await expect.poll(() => sent.length).toBe(2)
    expect(sent[1]).toContain('/backfills/b2/cancel')
    expect(complaints).toEqual([])
  })

  test('a target opens up: labels as found, each rule, labels of its series, its queries', async () => {
    mock.scene = 12
    await open('/targets?job=pods')
    await see('http://10.2.0.0:9100/metrics')
    await page.getByRole('button', { name: 'Open http://10.2.0.0:9100/metrics' }).click()
    await see('__meta_kubernetes_pod_node_name')
    await see('keep source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scrape]')
    await see('keeps it')
    await see('pod="shop-5d8f9c-0"')
    expect(await violations()).toEqual([])
    await page.getByRole('button', { name: '2 dropped by relabelling' }).click()
    await see(/by rule 1: keep/)
    expect(await violations()).toEqual([])
    expect(complaints).toEqual([])
    await page.getByRole('link', { name: 'up over time' }).click()
    await see(/3 series/)
    expect(decodeURIComponent(page.url())).toContain('up{instance="10.2.0.0:9100"')
  })

  test('a thousand targets: few rows in the document, and one is found by search', async () => {
    mock.scene = 1000
    await open('/targets')
    await see('997 of 997 up')
    const readyMs = await page.evaluate(() => performance.now())
    expect(readyMs).toBeLessThan(3000)
    expect(await page.locator('.target').count()).toBeLessThan(80)
    await page.keyboard.press('/')
    await page.keyboard.type('shop-5d8f9c-990')
    await expect.poll(() => page.locator('.target-open').count()).toBeLessThan(4)
    await see('pod=shop-5d8f9c-990')
    expect(page.url()).toContain('q=shop-5d8f9c-990')
  })

  test('a Weir that scrapes only itself says how to add a job', async () => {
    mock.scene = 0
    await open('/targets')
    await see('Scrape something else')
    await see(/file_sd_configs/)
    expect(await violations()).toEqual([])
  })

  test('a pushed group is deleted after a question, and a refusal is told', async () => {
    const sent: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'DELETE') sent.push(new URL(request.url()).pathname)
    })
    await open('/targets?tab=pushed')
    const dialog = page.getByRole('dialog')
    const confirm = dialog.getByRole('button', { name: 'Delete' })
    await page.getByRole('button', { name: 'Delete job=a/b path=/var/tmp' }).click()
    await see('Its 2\u2009417 series end now.', dialog)
    await expect.poll(() => dialog.evaluate((each) => getComputedStyle(each).opacity)).toBe('1')
    expect(await violations()).toEqual([])
    await page.keyboard.press('Enter') // nothing is deleted by an Enter too many
    await dialog.waitFor({ state: 'detached' })
    expect(sent).toEqual([])
    await page.getByRole('button', { name: 'Delete job=a/b path=/var/tmp' }).click()
    await confirm.click()
    await see('3 groups, 216 series')
    await dialog.waitFor({ state: 'detached' })
    expect(sent).toEqual(['/metrics/job@base64/YS9i/path@base64/L3Zhci90bXA'])
    expect(await page.getByText('path=/var/tmp').count()).toBe(0)
    expect(complaints).toEqual([])
    await page.getByRole('button', { name: 'Delete job=nightly env=prod instance=etl-7' }).click()
    await confirm.click()
    await see('Cannot write to the store: want a writable disk, got "full"', dialog)
    await dialog.getByRole('button', { name: 'Keep' }).click()
    await dialog.waitFor({ state: 'detached' })
    await see('3 groups, 216 series')
    await page.getByRole('link', { name: 'Explore job=backup instance=db1' }).click()
    await see(/3 series/)
    const { searchParams } = new URL(page.url())
    expect(searchParams.get('expr')).toBe('{instance="db1", job="backup"}')
  })

  test('a thousand pushed groups: few rows in the document, and one is found by search', async () => {
    mock.scene = 1000
    await open('/targets?tab=pushed')
    await see('All 1\u2009001')
    expect(await page.evaluate(() => performance.now())).toBeLessThan(3000)
    expect(await page.locator('.pushed').count()).toBeLessThan(80)
    await page.getByRole('button', { name: 'Show 200 more of 951' }).click()
    await expect.poll(() => page.locator('.pushed').count()).toBe(251)
    await page.keyboard.press('/')
    await page.keyboard.type('taskmanager-990')
    await expect.poll(() => page.locator('.pushed').count()).toBe(2) // and the head
    await see('instance=taskmanager-990')
    expect(page.url()).toContain('q=taskmanager-990')
  })

  test('where nothing was pushed it is told how, with the real address; no StatsD, no table', async () => {
    mock.scene = 0
    await open('/targets?tab=pushed')
    await see(`curl --data-binary @- ${mock.url}/metrics/job/backup/instance/db1`)
    expect(await violations()).toEqual([])
    await open('/status?tab=storage')
    await see('Series by metric name')
    await page.waitForLoadState('networkidle')
    expect(await page.getByText('Series from StatsD').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('events mark the charts, tell what they are, and can be put away for good', async () => {
    await open(`/explore?expr=up&from=${MOCK_NOW_MS - 3_600_000}&to=${MOCK_NOW_MS}`)
    const chart = page.getByRole('img', { name: /Chart of up/ })
    await see('5 events')
    // Where the rollback was, 17 minutes before the end of the hour.
    const plot = (await chart.locator('.u-over').boundingBox())!
    await page.mouse.move(plot.x + plot.width * (1 - 17 / 60), plot.y + plot.height / 2)
    await see('Rolled back scheduler')
    await see('Version 2.11.3 lost heartbeats.')
    await page.getByRole('button', { name: '5 events' }).click()
    await page.mouse.move(plot.x + plot.width * (1 - 17 / 60) + 1, plot.y + plot.height / 2)
    await expect.poll(() => page.locator('.tip-mark').count()).toBe(0)
    await open('/pipelines/airflow/orders_daily')
    const toggle = page.getByRole('button', { name: '4 events' }) // one is about another pipeline
    await toggle.waitFor()
    expect(await toggle.getAttribute('aria-pressed')).toBe('false')
    await toggle.click()
    await open('/alerts?tab=events')
    await page.getByRole('button', { name: 'Older events' }).click()
    await see('Deployed web 4.2')
    expect(complaints).toEqual([])
  })

  test('of very many series only some are drawn, and the page says so', async () => {
    await open('/explore?expr=many')
    await see(/the first 250 are drawn/)
    expect(complaints).toEqual([])
  })

  test.each([
    '/',
    '/pipelines/airflow/orders_daily',
    '/explore?expr=up',
    '/explore?expr=latency_seconds',
    '/explore?expr=latency_seconds&tab=table',
    '/status?tab=queries',
    '/alerts?tab=recording',
    '/alerts?tab=backtest',
    '/targets',
    '/targets?tab=pushed',
    '/status?tab=storage',
    '/alerts',
    '/alerts?tab=silences',
    '/alerts?tab=checks',
  ])('in the dark on a phone %s is accessible and does not scroll sideways', async (path) => {
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.setViewportSize({ width: 390, height: 844 })
    await open(path)
    await page.waitForLoadState('networkidle')
    expect(await violations()).toEqual([])
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(sideways).toBeLessThanOrEqual(0)
  })

  test('an empty Weir says how to send something, with its real address', async () => {
    mock.scene = 0
    await open('/')
    await see(`echo 'weir.pipeline.orders.sink.records:5|c' | nc -u -w0 127.0.0.1 18125`)
    expect(await violations()).toEqual([])
  })

  test('a thousand pipelines: few rows in the document, and the last is found by search', async () => {
    mock.scene = 1000
    await open('/')
    await see('1\u2009000 watched')
    expect(await page.locator('.row').count()).toBeLessThan(60)
    await page.keyboard.press('/')
    await page.keyboard.type('sessions_999')
    await expect.poll(() => page.locator('.row').count()).toBe(1)
    expect(page.url()).toContain('q=sessions_999')
  })

  test('200 pipelines are there within a second', async () => {
    mock.scene = 200
    await open('/')
    await see('200 watched')
    const readyMs = await page.evaluate(() => performance.now())
    expect(readyMs).toBeLessThan(3000) // the bar is 1 s; a busy machine gets slack
  })

  test('the first load stays under 500 KB compressed', async () => {
    mock.served.clear()
    const fresh = await browser.newContext()
    page = await fresh.newPage()
    await open('/')
    await see('orders_daily')
    await page.waitForLoadState('networkidle')
    const bytes = [...mock.served.values()].reduce((sum, size) => sum + size, 0)
    await fresh.close()
    expect(bytes).toBeLessThan(500_000)
  })

  test('a refusal is shown with its reason, a bad query with its place', async () => {
    await open('/explore?expr=sum(up')
    await see('parse error: unclosed left parenthesis')
    expect(await page.locator('.note pre').textContent()).toBe('sum(up\n   ^')
    mock.scene = 'errors'
    await open('/')
    await see('Cannot read the store: want a writable disk, got "full"')
  })

  test('while Weir does not answer, the page keeps its shape', async () => {
    mock.scene = 'never'
    await open('/')
    await see('Asking Weir…')
    expect(await violations()).toEqual([])
  })

  test('a lost connection is told, and its return too', async () => {
    await open('/')
    await see('orders_daily')
    await page.route('**/api/**', (route) => route.abort())
    await page.keyboard.press('r')
    await see(/Connection to Weir lost/)
    await page.unroute('**/api/**')
    await page.keyboard.press('r')
    await page.getByText(/Connection to Weir lost/).waitFor({ state: 'detached' })
  })

  test('keys lead through the pages, and typing runs a query', async () => {
    await open('/')
    await see('orders_daily')
    await page.keyboard.press('g')
    await page.keyboard.press('e')
    await page.locator('.cm-content').click()
    await page.keyboard.type('vector(1)')
    await page.keyboard.press('Control+Enter')
    await see(/3 series/)
    expect(page.url()).toContain('expr=vector%281%29')
    expect(complaints).toEqual([])
  })
})
