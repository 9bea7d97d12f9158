import { describe, expect, test } from 'vitest'
import { canBrowse, pageStand, whyNot } from '../testing/page-stand.ts'

describe.skipIf(!canBrowse)(`the overview in a browser${whyNot}`, () => {
  const stand = pageStand()
  const names = (): Promise<string[]> => stand.page.locator('.row-name').allTextContents()

  test('a favourite stays on top, also when the page comes again', async () => {
    stand.mock.scene = 12
    await stand.open('/')
    await stand.see('ledger_close_8')
    await stand.page.getByRole('button', { name: 'Favourite ledger_close_8' }).click()
    await expect.poll(async () => (await names())[0]).toBe('ledger_close_8')
    await stand.page.reload()
    await stand.see('ledger_close_8')
    expect((await names())[0]).toBe('ledger_close_8')
    await stand.page.getByRole('button', { name: 'Favourite ledger_close_8' }).click()
    await expect.poll(async () => (await names())[0]).toBe('orders_daily')
    expect(stand.complaints).toEqual([])
  })

  test('a column sorts, its title again gives worst first back, and the address tells', async () => {
    stand.mock.scene = 12
    await stand.open('/')
    await stand.see('orders_daily')
    const before = await names()
    await stand.page.getByRole('button', { name: 'Pipeline', exact: true }).click()
    await expect.poll(names).toEqual(before.toSorted((a, b) => a.localeCompare(b, 'en')))
    expect(stand.page.url()).toContain('sort=name')
    await stand.page.getByRole('button', { name: 'Pipeline', exact: true }).click()
    await expect.poll(names).toEqual(before)
  })

  test('w shows the wall with nothing else on it, Escape leaves it', async () => {
    stand.mock.scene = 80
    await stand.page.setViewportSize({ width: 1920, height: 1080 })
    await stand.open('/')
    await stand.see('orders_daily')
    await stand.page.keyboard.press('w')
    await stand.page.getByRole('region', { name: 'Wall screen' }).waitFor()
    await stand.see(/of 3$/)
    expect(await stand.page.locator('.tile').count()).toBeLessThanOrEqual(36)
    expect(await stand.page.getByRole('navigation').isVisible()).toBe(false)
    await stand.page.keyboard.press('Escape')
    await stand.see('80 watched', stand.page)
    expect(await stand.page.getByRole('navigation').isVisible()).toBe(true)
    expect(stand.complaints).toEqual([])
  })

  test('alerts fire and nothing flows: the start page says so', async () => {
    stand.mock.scene = 0
    await stand.page.route('**/api/weir/v1/overview*', async (route) => {
      const response = await route.fetch()
      const alert = {
        name: 'DiskFull',
        state: 'firing',
        severity: 'critical',
        summary: 'Disk of db-1 is full',
        sinceMs: 0,
        labels: { severity: 'critical' },
        runbookUrl: '',
      }
      await route.fulfill({ response, json: { ...(await response.json()), alerts: [alert] } })
    })
    await stand.open('/')
    await stand.see('Alerts fire, and no pipeline sends yet.')
    await stand.see('Disk of db-1 is full')
    await stand.see('A system that Weir knows')
    expect(await stand.violations()).toEqual([])
  })
})
