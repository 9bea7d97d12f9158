import type { PipelineDetail } from '@weir/packs'
import { describe, expect, test } from 'vitest'
import { canBrowse, pageStand, whyNot } from './testing/page-stand.ts'

// What of these the quick tests hold: lists of targets and pipelines, and where a map puts its stages.
describe.skipIf(!canBrowse)(`very many things on a page in a browser${whyNot}`, () => {
  const stand = pageStand()

  test('a thousand pushed groups: few rows in the document, and one is found by search', async () => {
    stand.mock.scene = 1000
    expect(await stand.isThereWithin(3000, '/targets?tab=pushed', 'All 1\u2009001')).toBe(true)
    expect(await stand.page.locator('.pushed').count()).toBeLessThan(80)
    await stand.page.getByRole('button', { name: 'Show 200 more of 951' }).click()
    await expect.poll(() => stand.page.locator('.pushed').count()).toBe(251)
    await stand.page.keyboard.press('/')
    await stand.page.keyboard.type('taskmanager-990')
    await expect.poll(() => stand.page.locator('.pushed').count()).toBe(2) // and the head
    await stand.see('instance=taskmanager-990')
    expect(stand.page.url()).toContain('q=taskmanager-990')
  })

  test('a thousand loggers: few rows in the document, and one is found by search', async () => {
    stand.mock.scene = 1000
    expect(await stand.isThereWithin(3000, '/loggers', '1\u2009002 loggers')).toBe(true)
    expect(await stand.page.locator('.logger').count()).toBeLessThan(60)
    await stand.page.keyboard.press('/')
    await stand.page.keyboard.type('orders stage990')
    await expect.poll(() => stand.page.locator('.logger').count()).toBe(1)
    stand.mock.scene = 0
    await stand.open('/loggers')
    await stand.see(`connectLevels({ weir: '${stand.mock.url}', service: 'orders' })`)
    expect(await stand.violations()).toEqual([])
  })

  test('forty stages go on in bands and none leaves the page', async () => {
    await stand.page.route('**/api/weir/v1/pipelines/**', async (route) => {
      const response = await route.fetch()
      const detail = (await response.json()) as PipelineDetail
      const stages = Array.from({ length: 40 }, (_, i) => ({
        ...detail.stages[i % 4]!,
        stage: `s${i}`,
        title: `Operator ${i}`,
      }))
      const edges = stages.slice(1).map(({ stage }, i) => ({ from: `s${i}`, to: stage }))
      await route.fulfill({ response, json: { ...detail, stages, edges } })
    })
    await stand.open('/pipelines/airflow/orders_daily')
    await stand.page.getByRole('button', { name: /^Operator 39/ }).waitFor()
    const boxes = await stand.page
      .locator('.stage-node')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON() as DOMRect))
    expect(boxes.length).toBe(40)
    expect(boxes.every(({ left, right, width }) => left >= 0 && right <= 1440 && width > 200)).toBe(
      true,
    )
    expect(stand.complaints).toEqual([])
  })
})
