import { describe, expect, test } from 'vitest'
import { canBrowse, pageStand, problemsOnPhone, whyNot } from './testing/page-stand.ts'

describe.skipIf(!canBrowse)(`logging in, in a browser${whyNot}`, () => {
  const stand = pageStand()

  test('nobody sees a page before he logs in, then the one he asked for; a wrong token is told', async () => {
    stand.mock.access.isAsked = true
    await stand.open('/status?tab=queries')
    await stand.page.getByRole('heading', { name: 'Log in to Weir' }).waitFor()
    expect(await stand.violations()).toEqual([])
    const provider = stand.page.getByRole('link', { name: 'Continue with Example' })
    expect(await provider.getAttribute('href')).toBe('/login/oidc?next=%2Fstatus%3Ftab%3Dqueries')
    await stand.page.getByText('Token', { exact: true }).click()
    await stand.page.getByRole('textbox', { name: 'Token' }).fill('weir_wrong')
    await stand.page.keyboard.press('Enter')
    await stand.see(/This token is not known/)
    await stand.page.getByRole('textbox', { name: 'Token' }).fill('weir_right')
    await stand.page.keyboard.press('Enter')
    await stand.page.getByRole('heading', { name: 'Status' }).waitFor()
    expect(stand.page.url()).toContain('/status?tab=queries')
    await stand.page.getByRole('button', { name: 'Account: ann' }).click()
    await stand.see('may do everything')
    await stand.page.getByRole('menuitem', { name: 'Log out' }).click()
    await stand.page.waitForURL('**/login')
  })

  test('a session that ends takes nothing of what was being written', async () => {
    stand.mock.access.isAsked = true
    stand.mock.access.name = 'ann'
    await stand.open('/explore')
    const editor = stand.page.locator('.cm-content').first()
    await editor.fill('sum(rate(shop_orders_total[5m]))')
    stand.mock.access.name = ''
    await stand.page.keyboard.press('Control+Enter')
    const dialog = stand.page.getByRole('dialog', { name: 'Your session has ended' })
    await dialog.getByText('Token', { exact: true }).click()
    await dialog.getByRole('textbox', { name: 'Token' }).fill('weir_right')
    await stand.page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    expect(await editor.textContent()).toBe('sum(rate(shop_orders_total[5m]))')
  })

  test('a token is made and shown once; all of it on a phone, in the dark', async () => {
    stand.mock.access.isAsked = true
    stand.mock.access.name = 'ann'
    await stand.open('/access?tab=tokens')
    await stand.page.getByRole('button', { name: 'New token' }).click()
    await stand.page.getByRole('textbox', { name: 'Name' }).fill('loader')
    await stand.page.getByRole('checkbox', { name: 'ingest' }).check()
    await stand.page.getByRole('button', { name: 'Make it' }).click()
    await stand.see(/weir_4k1z0c9x2m_x{49}/)
    await stand.page.getByRole('button', { name: 'I have it' }).click()
    for (const tab of ['sessions', 'tokens', 'changes']) {
      const found = await problemsOnPhone(stand, `/access?tab=${tab}`)
      expect(found).toEqual({ violations: [], sideways: 0 })
    }
    expect(stand.complaints).toEqual([])
  })

  test('a Weir that is open to everybody says so; who may only read is not offered to change', async () => {
    stand.mock.access.isExposed = true
    stand.mock.access.scopes = ['read']
    await stand.open('/alerts?tab=silences')
    await stand.see(/Whoever reaches this port can read and change everything/)
    await stand.page.getByRole('heading', { name: 'Alerts' }).waitFor()
    expect(await stand.page.getByRole('button', { name: 'New silence' }).count()).toBe(0)
    await stand.open('/access?tab=tokens')
    await stand.see(/are for those with the scope/)
    expect(await stand.violations()).toEqual([])
  })
})
