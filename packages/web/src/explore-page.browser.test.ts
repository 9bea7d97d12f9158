import { describe, expect, test } from 'vitest'
import { canBrowse, pageStand, whyNot } from './testing/page-stand.ts'

const SELECT = {
  expr: 'lag',
  type: 'instant vector',
  title: 'select lag',
  how: 'Series are found.',
  inputs: [],
}
const PLAN = { expr: 'sum(lag)', type: 'instant vector', title: 'sum', how: '', inputs: [SELECT] }
const COSTS = [
  {
    id: 'cost 0',
    status: 'success',
    data: {
      stats: {
        timings: { evalTotalTime: 0.25 },
        samples: { samplesRead: 4321, seriesRead: 12, peakBytes: 2048 },
      },
    },
  },
  { id: 'count 0', status: 'success', data: { result: [{ value: [0, '1'] }] } },
  { id: 'cost 1', status: 'error', error: 'query processing would load too many samples' },
]

describe.skipIf(!canBrowse)(`questions in a browser${whyNot}`, () => {
  const stand = pageStand()

  test('the plan of a query shows what each step costs, and a step can be asked alone', async () => {
    await stand.page.route('**/api/weir/v1/explain', (route) =>
      route.fulfill({ json: { status: 'success', data: PLAN } }),
    )
    await stand.page.route('**/api/weir/v1/boards/query', (route) =>
      route.fulfill({ body: COSTS.map((line) => `${JSON.stringify(line)}\n`).join('') }),
    )
    await stand.open('/explore?expr=sum(lag)&tab=plan')
    await stand.see('select lag')
    await stand.see('250')
    await stand.see('query processing would load too many samples')
    expect(await stand.violations()).toEqual([])
    await stand.page.getByRole('button', { name: 'select lag' }).click()
    await expect.poll(() => stand.page.url()).toContain('expr=lag')
    expect(stand.complaints).toEqual([])
  })

  test('metrics are found by what they mean, and asked by a click', async () => {
    await stand.open('/explore')
    await stand.page.getByRole('button', { name: 'Metrics' }).click()
    const dialog = stand.page.getByRole('dialog')
    await stand.see('2 metrics', dialog)
    await dialog.getByLabel('Search metrics').fill('last scrape')
    await stand.see('1 of 2 metrics', dialog)
    await dialog.getByRole('button', { name: 'Labels' }).click()
    await stand.see('1 series', dialog)
    await expect.poll(() => dialog.evaluate((one) => getComputedStyle(one).opacity)).toBe('1')
    expect(await stand.violations()).toEqual([])
    await dialog.getByRole('button', { name: 'weir' }).click()
    await expect.poll(() => stand.page.url()).toContain('expr=up%7Bjob%3D%22weir%22%7D')
    expect(stand.complaints).toEqual([])
  })

  test('anything is reached by name', async () => {
    const boards = [{ uid: 'lag', title: 'Lag of orders', tags: ['kafka'] }]
    await stand.page.route('**/api/weir/v1/dashboards', (route) =>
      route.fulfill({ json: { boards, problems: [] } }),
    )
    await stand.open('/')
    await stand.see('orders_daily')
    await stand.page.keyboard.press('Control+k')
    const dialog = stand.page.getByRole('dialog')
    await stand.see('Overview', dialog)
    await stand.page.keyboard.type('kafka lag')
    await stand.see('Lag of orders', dialog)
    expect(await dialog.getByRole('option').count()).toBe(1)
    expect(await stand.violations()).toEqual([])
    await dialog.getByRole('combobox').fill('orders_d')
    await stand.see('orders_daily', dialog)
    await stand.page.keyboard.press('Enter')
    await expect.poll(() => stand.page.url()).toContain('/pipelines/airflow/orders_daily')
    expect(stand.complaints).toEqual([])
  })
})
