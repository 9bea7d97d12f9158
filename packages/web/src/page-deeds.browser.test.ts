import { describe, expect, test } from 'vitest'
import { canBrowse, pageStand, whyNot } from './testing/page-stand.ts'
import { MOCK_NOW_MS } from './testing/mock-data.ts'

describe.skipIf(!canBrowse)(`what is done on the page in a browser${whyNot}`, () => {
  const stand = pageStand()

  test('a rule is made and another one switched off from the page', async () => {
    const sent: string[] = []
    stand.page.on('request', (request) => {
      if (['PUT', 'DELETE'].includes(request.method()) || request.url().endsWith('/off')) {
        sent.push(
          `${request.method()} ${new URL(request.url()).pathname} ${request.postData() ?? ''}`,
        )
      }
    })
    await stand.open('/alerts?tab=rules')
    await stand.page.getByRole('button', { name: 'New rule' }).click()
    const dialog = stand.page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: /^Name/ }).fill('OrdersLate')
    await dialog.getByLabel('PromQL expression').fill('lag > 1000')
    await stand.see('Would fire now for 7 of 40 with data.', dialog)
    await dialog.getByRole('textbox', { name: /Your name/ }).fill('ann')
    await expect.poll(() => dialog.evaluate((one) => getComputedStyle(one).opacity)).toBe('1')
    expect(await stand.violations()).toEqual([])
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.waitFor({ state: 'detached' })
    await stand.page.getByRole('button', { name: 'Switch off AirflowDagLate' }).click()
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
    expect(stand.complaints).toEqual([])
  })

  test('a rule is tried on history, with another threshold', async () => {
    const sent: string[] = []
    stand.page.on('request', (request) => {
      if (request.method() === 'POST') sent.push(`${request.url()} ${request.postData() ?? ''}`)
    })
    await stand.open('/alerts?tab=rules')
    await stand.page
      .getByRole('link', { name: /^Backtest / })
      .first()
      .click()
    await stand.page.getByLabel('Other thresholds').fill('7, many')
    await stand.see('"many" is no number')
    await stand.page.getByLabel('Other thresholds').fill('7')
    await stand.page.getByRole('button', { name: 'Test on history' }).click()
    await stand.see(/28 notifications would have been sent/)
    expect(sent[0]).toMatch(/backtests .*timezone=.*thresholds=7.*file=pack%3Aairflow/)
    await stand.page.getByRole('radio', { name: /> 7/ }).click()
    await stand.see(/8 notifications would have been sent/)
    expect(stand.complaints).toEqual([])
  })

  test('the past of recording rules is filled in from the page', async () => {
    const sent: string[] = []
    stand.page.on('request', (request) => {
      if (request.method() === 'POST') sent.push(`${request.url()} ${request.postData() ?? ''}`)
    })
    await stand.open('/alerts?tab=recording')
    await stand.page.getByRole('button', { name: 'Fill in the past of airflow' }).click()
    await stand.see(/as if they had been there/)
    await stand.page.getByText('30 days').click()
    await expect
      .poll(() =>
        stand.page.getByRole('dialog').evaluate((dialog) => getComputedStyle(dialog).opacity),
      )
      .toBe('1')
    expect(await stand.violations()).toEqual([])
    await stand.page.getByRole('button', { name: 'Fill in', exact: true }).click()
    await stand.page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatch(/backfills file=pack%3Aairflow&group=airflow&start=\d+$/)
    await stand.page.getByRole('button', { name: 'Cancel' }).click()
    await expect.poll(() => sent.length).toBe(2)
    expect(sent[1]).toContain('/backfills/b2/cancel')
    expect(stand.complaints).toEqual([])
  })

  test('a target opens up: labels as found, each rule, labels of its series, its queries', async () => {
    stand.mock.scene = 12
    await stand.open('/targets?job=pods')
    await stand.see('http://10.2.0.0:9100/metrics')
    await stand.page.getByRole('button', { name: 'Open http://10.2.0.0:9100/metrics' }).click()
    await stand.see('__meta_kubernetes_pod_node_name')
    await stand.see('keep source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scrape]')
    await stand.see('keeps it')
    await stand.see('pod="shop-5d8f9c-0"')
    expect(await stand.violations()).toEqual([])
    await stand.page.getByRole('button', { name: '2 dropped by relabelling' }).click()
    await stand.see(/by rule 1: keep/)
    expect(await stand.violations()).toEqual([])
    expect(stand.complaints).toEqual([])
    await stand.page.getByRole('link', { name: 'up over time' }).click()
    await stand.see(/3 series/)
    expect(decodeURIComponent(stand.page.url())).toContain('up{instance="10.2.0.0:9100"')
  })

  test('a thousand targets: few rows in the document, and one is found by search', async () => {
    stand.mock.scene = 1000
    expect(await stand.isThereWithin(3000, '/targets', '997 of 997 up')).toBe(true)
    expect(await stand.page.locator('.target').count()).toBeLessThan(80)
    await stand.page.keyboard.press('/')
    await stand.page.keyboard.type('shop-5d8f9c-990')
    await expect.poll(() => stand.page.locator('.target-open').count()).toBeLessThan(4)
    await stand.see('pod=shop-5d8f9c-990')
    expect(stand.page.url()).toContain('q=shop-5d8f9c-990')
  })

  test('a Weir that scrapes only itself says how to add a job', async () => {
    stand.mock.scene = 0
    await stand.open('/targets')
    await stand.see('Scrape something else')
    await stand.see(/file_sd_configs/)
    expect(await stand.violations()).toEqual([])
  })

  test('a pushed group is deleted after a question, and a refusal is told', async () => {
    const sent: string[] = []
    stand.page.on('request', (request) => {
      if (request.method() === 'DELETE') sent.push(new URL(request.url()).pathname)
    })
    await stand.open('/targets?tab=pushed')
    const dialog = stand.page.getByRole('dialog')
    const confirm = dialog.getByRole('button', { name: 'Delete' })
    await stand.page.getByRole('button', { name: 'Delete job=a/b path=/var/tmp' }).click()
    await stand.see('Its 2\u2009417 series end now.', dialog)
    await expect.poll(() => dialog.evaluate((each) => getComputedStyle(each).opacity)).toBe('1')
    expect(await stand.violations()).toEqual([])
    await stand.page.keyboard.press('Enter') // nothing is deleted by an Enter too many
    await dialog.waitFor({ state: 'detached' })
    expect(sent).toEqual([])
    await stand.page.getByRole('button', { name: 'Delete job=a/b path=/var/tmp' }).click()
    await confirm.click()
    await stand.see('3 groups, 216 series')
    await dialog.waitFor({ state: 'detached' })
    expect(sent).toEqual(['/metrics/job@base64/YS9i/path@base64/L3Zhci90bXA'])
    expect(await stand.page.getByText('path=/var/tmp').count()).toBe(0)
    expect(stand.complaints).toEqual([])
    await stand.page
      .getByRole('button', { name: 'Delete job=nightly env=prod instance=etl-7' })
      .click()
    await confirm.click()
    await stand.see('Cannot write to the store: want a writable disk, got "full"', dialog)
    await dialog.getByRole('button', { name: 'Keep' }).click()
    await dialog.waitFor({ state: 'detached' })
    await stand.see('3 groups, 216 series')
    await stand.page.getByRole('link', { name: 'Explore job=backup instance=db1' }).click()
    await stand.see(/3 series/)
    const { searchParams } = new URL(stand.page.url())
    expect(searchParams.get('expr')).toBe('{instance="db1", job="backup"}')
  })

  test('where nothing was pushed it is told how, with the real address; no StatsD, no table', async () => {
    stand.mock.scene = 0
    await stand.open('/targets?tab=pushed')
    await stand.see(`curl --data-binary @- ${stand.mock.url}/metrics/job/backup/instance/db1`)
    expect(await stand.violations()).toEqual([])
    await stand.open('/status?tab=storage')
    await stand.see('Cardinality')
    await stand.page.waitForLoadState('networkidle')
    expect(await stand.page.getByText('Series from StatsD').count()).toBe(0)
    expect(stand.complaints).toEqual([])
  })

  test('a level is changed for a while, seen, and ended', async () => {
    await stand.open('/loggers?q=iceberg')
    await stand.page.getByRole('button', { name: 'Change iceberg.sink' }).click()
    const dialog = stand.page.getByRole('dialog')
    await expect.poll(() => dialog.evaluate((each) => getComputedStyle(each).opacity)).toBe('1')
    expect(await stand.violations()).toEqual([])
    await dialog.getByText('warning').click()
    await dialog.getByText('30 min').click()
    await dialog.getByLabel('Your name').fill('eve')
    await dialog.getByLabel('Why').fill('INC-9')
    const posted = stand.page.waitForRequest((request) => request.method() === 'POST')
    await dialog.getByRole('button', { name: 'Set warning for 30 min' }).click()
    expect((await posted).postDataJSON()).toEqual({
      selector: { service: 'orders' },
      logger: 'iceberg.sink',
      level: 'warning',
      durationMs: 1_800_000,
      reason: 'INC-9',
      author: 'eve',
    })
    const row = stand.page.locator('.override').filter({ hasText: 'INC-9' })
    await stand.see(/^(30:00|29:5\d)$/, row)
    const ended = stand.page.waitForRequest((request) => request.method() === 'DELETE')
    await row.getByRole('button', { name: 'End now' }).click()
    expect((await ended).url()).toContain('/overrides/f00d?by=eve')
    await row.waitFor({ state: 'detached' })
    expect(stand.complaints).toEqual([])
  })

  test('events mark the charts, tell what they are, and can be put away for good', async () => {
    await stand.open(`/explore?expr=up&from=${MOCK_NOW_MS - 3_600_000}&to=${MOCK_NOW_MS}`)
    const chart = stand.page.getByRole('img', { name: /Chart of up/ })
    await stand.see('5 events')
    // Where the rollback was, 17 minutes before the end of the hour.
    const plot = (await chart.locator('.u-over').boundingBox())!
    await stand.page.mouse.move(plot.x + plot.width * (1 - 17 / 60), plot.y + plot.height / 2)
    await stand.see('Rolled back scheduler')
    await stand.see('Version 2.11.3 lost heartbeats.')
    await stand.page.getByRole('button', { name: '5 events' }).click()
    await stand.page.mouse.move(plot.x + plot.width * (1 - 17 / 60) + 1, plot.y + plot.height / 2)
    await expect.poll(() => stand.page.locator('.tip-mark').count()).toBe(0)
    await stand.open('/pipelines/airflow/orders_daily')
    const toggle = stand.page.getByRole('button', { name: '4 events' }) // one is about another pipeline
    await toggle.waitFor()
    expect(await toggle.getAttribute('aria-pressed')).toBe('false')
    await toggle.click()
    await stand.open('/alerts?tab=events')
    await stand.page.getByRole('button', { name: 'Older events' }).click()
    await stand.see('Deployed web 4.2')
    expect(stand.complaints).toEqual([])
  })

  test('of very many series only some are drawn, and the page says so', async () => {
    await stand.open('/explore?expr=many')
    await stand.see(/the first 250 are drawn/)
    expect(stand.complaints).toEqual([])
  })

  test('an empty Weir says how to send something, with its real address', async () => {
    stand.mock.scene = 0
    await stand.open('/')
    await stand.see(`echo 'weir.pipeline.orders.sink.records:5|c' | nc -u -w1 127.0.0.1 18125`)
    expect(await stand.violations()).toEqual([])
  })

  test('a thousand pipelines: few rows in the document, and the last is found by search', async () => {
    stand.mock.scene = 1000
    await stand.open('/')
    await stand.see('1\u2009000 watched')
    expect(await stand.page.locator('.row').count()).toBeLessThan(60)
    await stand.page.keyboard.press('/')
    await stand.page.keyboard.type('sessions_999')
    await expect.poll(() => stand.page.locator('.row').count()).toBe(1)
    expect(stand.page.url()).toContain('q=sessions_999')
  })

  test('200 pipelines are there within a second', async () => {
    stand.mock.scene = 200
    // The bar is 1 s; a busy machine gets slack.
    expect(await stand.isThereWithin(3000, '/', '200 watched')).toBe(true)
  })

  test('the first load stays under 500 KB compressed', async () => {
    stand.mock.served.clear()
    const fresh = await stand.browser.newContext()
    const page = await fresh.newPage()
    await page.goto(stand.mock.url)
    await stand.see('orders_daily', page)
    await page.waitForLoadState('networkidle')
    const bytes = [...stand.mock.served.values()].reduce((sum, size) => sum + size, 0)
    await fresh.close()
    expect(bytes).toBeLessThan(500_000)
  })

  test('a refusal is shown with its reason, a bad query with its place', async () => {
    await stand.open('/explore?expr=sum(up')
    await stand.see('parse error: unclosed left parenthesis')
    expect(await stand.page.locator('.note pre').textContent()).toBe('sum(up\n   ^')
    stand.mock.scene = 'errors'
    await stand.open('/')
    await stand.see('Cannot read the store: want a writable disk, got "full"')
  })

  test('while Weir does not answer, the page keeps its shape', async () => {
    stand.mock.scene = 'never'
    await stand.open('/')
    await stand.see('Asking Weir…')
    expect(await stand.violations()).toEqual([])
  })

  test('status is shown though an engine is away, and nobody is asked again and again', async () => {
    let askedCount = 0
    await stand.page.route('**/api/weir/v1/packs', (route) => {
      askedCount += 1
      return route.fulfill({ status: 503, json: { code: 'ENGINE_AWAY', error: 'It is away' } })
    })
    await stand.open('/status')
    await stand.see('It is away')
    await stand.see('Memory budget')
    expect(askedCount).toBe(1)
  })

  test('a lost connection is told, and its return too', async () => {
    await stand.open('/')
    await stand.see('orders_daily')
    await stand.page.route('**/api/**', (route) => route.abort())
    await stand.page.keyboard.press('r')
    await stand.see(/Connection to Weir lost/)
    await stand.page.unroute('**/api/**')
    await stand.page.keyboard.press('r')
    await stand.page.getByText(/Connection to Weir lost/).waitFor({ state: 'detached' })
  })

  test('keys lead through the pages, and typing runs a query', async () => {
    await stand.open('/')
    await stand.see('orders_daily')
    await stand.page.keyboard.press('g')
    await stand.page.keyboard.press('e')
    await stand.page.locator('.cm-content').click()
    await stand.page.keyboard.type('vector(1)')
    await stand.page.keyboard.press('Control+Enter')
    await stand.see(/3 series/)
    expect(stand.page.url()).toContain('expr=vector%281%29')
    expect(stand.complaints).toEqual([])
  })
})
