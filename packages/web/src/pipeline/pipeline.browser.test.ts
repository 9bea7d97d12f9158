import { describe, expect, test } from 'vitest'
import { canBrowse, pageStand, problemsOnPhone, whyNot } from '../testing/page-stand.ts'

const PAGE = '/pipelines/airflow/orders_daily'

describe.skipIf(!canBrowse)(`the page of a pipeline in a browser${whyNot}`, () => {
  const stand = pageStand()

  test('the map leads to a stage by keys: what it does, its signals, its lines; the address tells', async () => {
    await stand.open(PAGE)
    await stand.see('14 min behind and falling back at 120 runs/s')
    await stand.see(/Before that:/)
    // The map's code comes by itself.
    await expect.poll(() => stand.page.locator('.stage-node').count()).toBe(4)
    await expect.poll(() => stand.page.locator('.flow-edge').count()).toBe(3)
    expect(await stand.violations()).toEqual([])
    await stand.page.getByRole('button', { name: /^Task: failing, 14 min behind/ }).focus()
    await stand.page.keyboard.press('Enter')
    const sheet = stand.page.getByRole('dialog')
    await stand.see(/falling back at 120 runs\/s, since/, sheet)
    await stand.see('Newest lines of log', sheet)
    await stand.see('Metrics behind it', sheet)
    expect(stand.page.url()).toContain('stage=task')
    await expect.poll(() => sheet.evaluate((one) => getComputedStyle(one).opacity)).toBe('1')
    expect(await stand.violations()).toEqual([])
    await stand.page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'detached' })
    expect(stand.page.url()).not.toContain('stage=')
    expect(stand.complaints).toEqual([])
  })

  test('the table says the same, and last week is drawn beside today', async () => {
    await stand.open(`${PAGE}?view=table`)
    await stand.page.getByRole('button', { name: 'Task', exact: true }).waitFor()
    await stand.see('Comes from')
    await stand.page.getByRole('button', { name: 'Last week' }).click()
    await stand.see('last week')
    expect(stand.page.url()).toContain('compare=1w')
    expect(await stand.violations()).toEqual([])
  })

  test('on a phone in the dark the map goes downwards, accessible, not sideways', async () => {
    expect(await problemsOnPhone(stand, PAGE)).toEqual({ violations: [], sideways: 0 })
  })
})
