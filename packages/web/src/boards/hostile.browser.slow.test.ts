import { describe, expect, test } from 'vitest'
import { canBrowse, pageStand, whyNot } from '../testing/page-stand.ts'

/** What a board may do to the page that shows it: nothing but be shown, as far as it can be. */
describe.skipIf(!canBrowse)(`hostile boards in a browser${whyNot}`, () => {
  const stand = pageStand()
  const panel = (name: string) => stand.page.getByRole('region', { name, exact: true })
  const hacked = () =>
    stand.page.evaluate(() => (window as { readonly hacked?: number }).hacked ?? 0)

  test('panels that cannot show anything say why, and the others draw', async () => {
    await stand.open('/dashboards/odd')
    await panel('Draws').locator('canvas').waitFor()
    await stand.see('The query took longer than 2m', panel('Never ends'))
    await stand.see(/more series, not drawn/, panel('Hundreds'))
    await stand.see('Its queries are for mysql; Weir answers PromQL and LogQL.', panel('Elsewhere'))
    expect(await stand.page.locator('iframe, [href^="javascript:"]').count()).toBe(0)
    expect(await hacked()).toBe(0)
    expect(stand.complaints).toEqual([])
  })

  test('variables that need each other say so, and a hundred thousand values are searched', async () => {
    await stand.open('/dashboards/needs')
    const bar = stand.page.getByRole('group', { name: 'Variables' })
    await stand.see('It needs itself, by way of other variables', bar)
    await stand.see('100000 values; only the first 20000 are offered', bar)
    await bar.getByRole('combobox', { name: 'values' }).fill('value19999')
    await stand.page.getByRole('option', { name: 'value19999', exact: true }).click()
    expect(new URL(stand.page.url()).searchParams.get('var-values')).toBe('value19999')
  })

  test('of five thousand panels those about the window are there', async () => {
    await stand.open('/dashboards/huge')
    const there = stand.page.locator('[data-panel]')
    await panel('Panel 1').locator('canvas').waitFor()
    expect(await there.count()).toBeLessThan(150)
    await stand.page.evaluate(() => scrollTo(0, document.body.scrollHeight))
    await panel('Panel 5000').locator('canvas').waitFor()
    expect(await there.count()).toBeLessThan(150)
    await stand.page.getByRole('button', { name: 'Edit the dashboard' }).click()
    await stand.see(/Show 100 more of/)
    expect(stand.complaints).toEqual([])
  })

  test('what is no dashboard is told beside what is', async () => {
    await stand.open('/dashboards')
    await stand.page.getByRole('button', { name: 'Import' }).click()
    const text = (name: string, content: string) => {
      return { name, mimeType: 'application/json', buffer: Buffer.from(content) }
    }
    await stand.page
      .getByLabel('Files with dashboards')
      .setInputFiles([text('half.json', '{"panels": ['), text('list.json', '[1, 2]')])
    await stand.see('half.json')
    await stand.see('list.json')
    expect(await stand.page.getByRole('button', { name: 'Import 0 dashboards' }).isDisabled()).toBe(
      true,
    )
  })
})
