import type { WebSocketRoute } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { MOCK_NOW_MS } from './testing/mock-data.ts'
import { canBrowse, pageStand, whyNot } from './testing/page-stand.ts'

describe.skipIf(!canBrowse)(`the log explorer in a browser${whyNot}`, () => {
  const stand = pageStand()
  const query = (): string => new URL(stand.page.url()).searchParams.get('query') ?? ''

  test('words, levels and values become a query, and a query becomes words', async () => {
    await stand.open('/logs')
    await stand.see('180 lines')
    await stand.page.keyboard.press('/')
    await stand.page.keyboard.type('broker -"no route"')
    await stand.page.keyboard.press('Enter')
    await expect.poll(query).toBe('{service_name=~".+"} |~ "(?i)broker" != "no route"')
    await stand.page
      .getByRole('button', { name: /^error/ })
      .first()
      .click()
    await stand.page.locator('.log-facet-value', { hasText: 'sink' }).click()
    await expect
      .poll(query)
      .toBe('{stage="sink"} |~ "(?i)broker" != "no route" | detected_level="error"')
    await stand.page.getByText('LogQL', { exact: true }).click()
    expect(await stand.page.locator('.cm-content').textContent()).toBe(query())
    await stand.page.goBack()
    expect(await stand.page.getByLabel('Words to search for').inputValue()).toBe(
      'broker -"no route"',
    )
    expect(await stand.page.locator('mark').first().textContent()).toBe('broker')
    expect(stand.complaints).toEqual([])
  })

  test('keys go through the lines; an opened one shows each value and what can be done with it', async () => {
    await stand.open('/logs')
    await stand.see(/Retrying after a timeout/)
    await stand.page.keyboard.press('j')
    await stand.page.keyboard.press('j')
    await stand.page.keyboard.press('j')
    await stand.page.keyboard.press('Enter')
    await stand.see('Lines around it')
    expect(await stand.violations()).toEqual([])
    const row = stand.page.locator('.log-value', { hasText: 'order_id' })
    await row.hover()
    await row.getByRole('button', { name: 'Only context_order_id = A-1093' }).click()
    await expect.poll(query).toBe('{service_name=~".+"} | context_order_id="A-1093"')
    await stand.page.getByRole('button', { name: 'Lines around it' }).click()
    const dialog = stand.page.getByRole('dialog')
    await stand.see('More before', dialog)
    expect(await dialog.locator('[data-marked]').count()).toBe(1)
    await expect.poll(() => dialog.evaluate((one) => getComputedStyle(one).opacity)).toBe('1')
    expect(await stand.violations()).toEqual([])
    expect(stand.complaints).toEqual([])
  })

  test('markup and terminal escapes of strangers are only read', async () => {
    await stand.open('/logs?wrap=1&query=%7Bservice_name%3D"stranger"%7D')
    await stand.see('<img src=x onerror=')
    await stand.see(/^red \\x1b\[2J\\x1b\]0;owned\\x07 end$/)
    await stand.see('invoice\\u202efdp.exe')
    for (const place of [0, 1, 2]) await stand.page.locator('.log-open').nth(place).click()
    await stand.see('<i>key</i>')
    expect(
      await stand.page.locator('.log-list img, .log-list b > *, .log-list script').count(),
    ).toBe(0)
    expect(await stand.page.title()).not.toContain('owned')
    const sideways = await stand.page.evaluate(
      () => document.documentElement.scrollWidth - innerWidth,
    )
    expect(sideways).toBeLessThanOrEqual(0)
    expect(stand.complaints).toEqual([])
  })

  test('thousands of lines: few rows in the document, and further ones when asked for', async () => {
    stand.mock.scene = 1000
    await stand.open('/logs')
    await stand.see('first 500')
    expect(await stand.page.locator('.log-item').count()).toBeLessThan(90)
    await stand.page.keyboard.press('End')
    await stand.page.getByRole('button', { name: 'Older lines' }).click()
    // Both pages have the line at their edge; it stands once.
    await stand.see('first 999')
    const keys = await stand.page
      .locator('.log-item')
      .evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset['key']))
    expect(new Set(keys).size).toBe(keys.length)
    expect(stand.complaints).toEqual([])
  })

  test('lines are followed as they come, and wait while the list is held', async () => {
    let tail: WebSocketRoute | undefined
    await stand.page.routeWebSocket(/\/loki\/api\/v1\/tail/, (socket) => {
      tail = socket
    })
    const send = (second: number, text: string): void =>
      tail!.send(
        JSON.stringify({
          streams: [
            {
              stream: { service_name: 'orders', detected_level: 'error' },
              values: [[`${MOCK_NOW_MS + second * 1000}000000`, text]],
            },
          ],
        }),
      )
    await stand.open('/logs?live=1')
    await stand.see(/lines\/s/)
    send(1, 'first of the tail')
    await stand.see('first of the tail')
    await stand.page.getByRole('button', { name: 'Hold' }).click()
    send(2, 'second of the tail')
    await stand.see('1 waiting')
    expect(await stand.page.getByText('second of the tail').count()).toBe(0)
    await stand.page.getByRole('button', { name: 'Go on' }).click()
    await stand.see('second of the tail')
    expect(await stand.page.locator('.log-item').first().getAttribute('data-level')).toBe('error')
    expect(stand.complaints).toEqual([])
  })

  test('a refusal is shown at its place, an empty store says how to send, a slow query is stopped', async () => {
    await stand.open('/logs?query=%7Bstage%3D"sink"%7D+%7C%3D+%7C+json')
    await stand.see(/unexpected \|, expecting STRING/)
    expect(await stand.page.locator('.note pre').textContent()).toMatch(/\n {15}\^$/)
    stand.mock.scene = 0
    await stand.open('/logs')
    await stand.see('No logs yet. Send the first line.')
    await stand.see(`${stand.mock.url}/v1/logs`)
    expect(await stand.violations()).toEqual([])
    stand.mock.scene = 'never'
    await stand.page.getByRole('button', { name: 'Run' }).click()
    await stand.page.getByRole('button', { name: 'Asking… Stop' }).click()
    await stand.see('Stopped before there was an answer.')
  })
})
