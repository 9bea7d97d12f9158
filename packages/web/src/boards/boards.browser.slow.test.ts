import type { Request } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { canBrowse, pageStand, problemsOnPhone, whyNot } from '../testing/page-stand.ts'

interface Asked {
  readonly id: string
  readonly kind?: string
  readonly expr?: string
  readonly startMs: number
  readonly endMs: number
}

describe.skipIf(!canBrowse)(`boards in a browser${whyNot}`, () => {
  const stand = pageStand()

  /** Requests of panels' queries from now on, and what they asked. */
  function watchRequests(): (readonly Asked[])[] {
    const asked: (readonly Asked[])[] = []
    stand.page.on('request', (request: Request) => {
      if (!request.url().endsWith('/boards/query')) return
      const { queries } = JSON.parse(request.postData() ?? '{}') as {
        readonly queries: readonly Asked[]
      }
      const isOfPanels = queries.some(
        ({ kind, expr }) =>
          kind !== 'labelValues' && kind !== 'series' && expr?.includes('ALERTS') !== true,
      )
      if (isOfPanels) asked.push(queries)
    })
    return asked
  }
  const panel = (name: string | RegExp) => stand.page.getByRole('region', { name })

  test('a board of all kinds asks once, draws what it can and says why it cannot', async () => {
    const asked = watchRequests()
    await stand.open('/dashboards/all')
    await stand.see('Requests of All')
    await panel(/Requests of/)
      .locator('canvas')
      .waitFor()
    await stand.see('1:8: parse error: unexpected "broken"', panel('Fails'))
    await stand.see('There is no metric nothing: nobody has sent it.', panel('Empty'))
    await stand.see('Cannot reach the broker', panel('Lines'))
    await stand.see('AirflowTaskFailures', panel('Alerts'))
    await stand.see('A hundred series', panel('Boards'))
    await stand.see('news', panel('No such kind'))
    await panel('Latency').locator('canvas').waitFor()
    expect(asked.length).toBe(1)
    expect(asked[0]!.some(({ expr }) => expr === 'folded')).toBe(false)
    expect(await stand.violations()).toEqual([])
    expect(stand.complaints).toEqual([])
  })

  test('an unfolded row asks for its panels', async () => {
    await stand.open('/dashboards/all')
    await panel('Upon each other').locator('canvas').waitFor()
    const asked = watchRequests()
    await stand.page.getByRole('button', { name: /Folded/ }).click()
    await stand.page.getByRole('button', { name: /Folded/ }).scrollIntoViewIfNeeded()
    await panel('Below').locator('canvas').waitFor()
    expect(asked.flat().map(({ expr }) => expr)).toEqual(['folded'])
  })

  test('a panel is repeated for each value, and fewer when fewer are chosen', async () => {
    await stand.open('/dashboards/repeat')
    await panel('Of worker').locator('canvas').waitFor()
    await stand.open('/dashboards/repeat?var-job=web&var-job=api')
    await panel('Of api').locator('canvas').waitFor()
    expect(await stand.page.getByRole('region', { name: /^Of / }).count()).toBe(2)
  })

  test('another value of a variable is asked for and stands in the address', async () => {
    await stand.open('/dashboards/all')
    await panel(/Requests of/)
      .locator('canvas')
      .waitFor()
    const asked = watchRequests()
    await stand.page
      .getByRole('group', { name: 'Variables' })
      .locator('input:visible')
      .first()
      .click()
    await stand.page.getByRole('option', { name: 'web' }).click()
    await stand.see('Requests of web')
    expect(new URL(stand.page.url()).searchParams.getAll('var-job')).toEqual(['web'])
    await expect
      .poll(() => asked.flat().some(({ expr }) => expr?.includes('job=~"web"')))
      .toBe(true)
  })

  test('a span that is dragged over becomes the time of all panels', async () => {
    await stand.open('/dashboards/all')
    const plot = panel(/Requests of/).locator('.u-over')
    await plot.waitFor()
    const asked = watchRequests()
    const box = (await plot.boundingBox())!
    await stand.page.mouse.move(box.x + box.width * 0.25, box.y + 40)
    await stand.page.mouse.down()
    await stand.page.mouse.move(box.x + box.width * 0.75, box.y + 40, { steps: 5 })
    await stand.page.mouse.up()
    await expect.poll(() => new URL(stand.page.url()).searchParams.has('from')).toBe(true)
    const { searchParams } = new URL(stand.page.url())
    const span = Number(searchParams.get('to')) - Number(searchParams.get('from'))
    expect(span / 60_000).toBeGreaterThan(28)
    expect(span / 60_000).toBeLessThan(32)
    await expect.poll(() => asked.length).toBe(1)
  })

  test.each([
    [0, false, false],
    [1, true, false],
    [2, true, true],
  ])('graphTooltip %i: other charts show a line %s, values %s', async (kind, line, values) => {
    await stand.open(`/dashboards/crosshair${kind}`)
    const plot = panel('First').locator('.u-over')
    await plot.waitFor()
    await panel('Second').locator('.u-over').waitFor()
    await panel('Third').locator('.lanes-scroll').waitFor()
    await panel('Fourth').locator('canvas').waitFor()
    const isLine = (name: string) => panel(name).locator('.u-cursor-x:not(.u-off)').isVisible()
    const box = (await plot.boundingBox())!
    await stand.page.mouse.move(box.x + box.width * 0.4, box.y + 40)
    await stand.page.mouse.move(box.x + box.width * 0.5, box.y + 50)
    await panel('First').locator('.chart-tip').waitFor()
    expect(await isLine('First')).toBe(true)
    await expect.poll(() => isLine('Second')).toBe(line)
    await expect.poll(() => panel('Third').locator('.lanes-cursor').isVisible()).toBe(line)
    await expect.poll(() => panel('Fourth').locator('.heatmap-cursor').isVisible()).toBe(line)
    await expect.poll(() => panel('Second').locator('.chart-tip').isVisible()).toBe(values)
    await stand.page.mouse.move(2, 2)
    await expect.poll(() => isLine('First')).toBe(false)
    await expect.poll(() => isLine('Second')).toBe(false)
    await expect.poll(() => panel('Third').locator('.lanes-cursor').isVisible()).toBe(false)
  })

  test('a drag with shift held and a wheel turned sideways move the time, with ctrl it zooms', async () => {
    await stand.open('/dashboards/crosshair1')
    const plot = panel('First').locator('.u-over')
    await plot.waitFor()
    const asked = watchRequests()
    const ends = () => {
      const { searchParams } = new URL(stand.page.url())
      return [Number(searchParams.get('from')), Number(searchParams.get('to'))] as const
    }
    const width = () => Math.round((ends()[1] - ends()[0]) / 60_000)
    const box = (await plot.boundingBox())!
    await stand.page.mouse.move(box.x + box.width * 0.25, box.y + 40)
    await stand.page.keyboard.down('Shift')
    await stand.page.mouse.down()
    await stand.page.mouse.move(box.x + box.width * 0.75, box.y + 40, { steps: 5 })
    expect(asked.length).toBe(0)
    await stand.page.mouse.up()
    await stand.page.keyboard.up('Shift')
    await expect.poll(() => asked.length).toBe(1)
    expect(width()).toBe(60)
    const first = ends()[0]
    await stand.page.mouse.wheel(box.width / 2, 0)
    await expect.poll(() => ends()[0] - first).toBeGreaterThan(29 * 60_000)
    expect(width()).toBe(60)
    await stand.page.keyboard.down('Control')
    await stand.page.mouse.wheel(0, -240)
    await stand.page.keyboard.up('Control')
    await expect.poll(width).toBeLessThan(40)
  })

  test('values of a chart are read by keys', async () => {
    await stand.open('/dashboards/all')
    await panel(/Requests of/)
      .locator('.plot [role=img]')
      .focus()
    await stand.page.keyboard.press('ArrowLeft')
    await stand.see(/job=/, panel(/Requests of/).getByRole('status'))
  })

  test('last week is drawn dashed beside now, and asked for a week earlier', async () => {
    await stand.open('/dashboards/all')
    await panel(/Requests of/)
      .locator('canvas')
      .waitFor()
    const asked = watchRequests()
    await stand.page.getByRole('button', { name: 'Compare' }).click()
    await stand.page.getByRole('menuitem', { name: 'With last week' }).click()
    await stand.see('{job="api"}, a week before', panel(/Requests of/))
    const starts = new Set(
      asked
        .flat()
        .filter(({ expr }) => expr?.includes('requests'))
        .map(({ startMs }) => startMs),
    )
    expect(Math.max(...starts) - Math.min(...starts)).toBe(7 * 86_400_000)
  })

  test('one panel alone, by a key, and back', async () => {
    await stand.open('/dashboards/all')
    await panel('Upon each other').hover()
    await stand.page.keyboard.press('v')
    await expect.poll(() => stand.page.getByRole('region').count()).toBe(1)
    expect(new URL(stand.page.url()).searchParams.get('viewPanel')).toBe('2')
    await stand.page.keyboard.press('Escape')
    await stand.see('Bars with a limit')
  })

  test('kiosk hides all but the panels', async () => {
    await stand.open('/dashboards/all?kiosk=1')
    await panel(/Requests of/)
      .locator('canvas')
      .waitFor()
    expect(await stand.page.getByRole('navigation').isVisible()).toBe(false)
    // Its name is still there for those who hear the page.
    expect(await stand.page.locator('.board-head').count()).toBe(0)
    await stand.page.keyboard.press('Escape')
    await stand.see('All kinds')
  })

  test('what is behind a panel: data, queries', async () => {
    await stand.open('/dashboards/all')
    await panel(/Requests of/)
      .locator('canvas')
      .waitFor()
    await panel(/Requests of/).hover()
    await stand.page.getByRole('button', { name: /What to do with Requests/ }).click()
    await stand.page.getByRole('menuitem', { name: 'Data and queries' }).click()
    const dialog = stand.page.getByRole('dialog')
    await stand.see('Download CSV', dialog)
    expect(await stand.violations()).toEqual([])
    await dialog.getByRole('tab', { name: 'Queries' }).click()
    await stand.see('sum by (job) (requests{job=~"(api|web|worker)"})', dialog)
    await stand.see(/^1.200 samples of 12 series read/, dialog)
    expect(await stand.violations()).toEqual([])
  })

  test('a hostile board runs nothing', async () => {
    await stand.open('/dashboards/hostile')
    await stand.see('<img src=x onerror="window.hacked=1">')
    await stand.see('Odd options')
    await stand.page.getByRole('button', { name: /^About/ }).click()
    await stand.see('bold')
    await panel('Odd options').locator('canvas').waitFor()
    expect(await stand.page.evaluate(() => (window as { hacked?: number }).hacked)).toBeUndefined()
    expect(
      await stand.page.locator('[href^="javascript:"], [onerror], .markdown img').count(),
    ).toBe(0)
  })

  test('a board that is not there', async () => {
    await stand.open('/dashboards/none')
    await stand.see(/Cannot find/)
  })

  test('on a phone in the dark', async () => {
    const { violations, sideways } = await problemsOnPhone(stand, '/dashboards/all')
    expect(violations).toEqual([])
    expect(sideways).toBe(0)
  })
})
