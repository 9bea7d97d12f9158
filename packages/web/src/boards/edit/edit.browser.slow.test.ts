import { describe, expect, test } from 'vitest'
import { canBrowse, pageStand, problemsOnPhone, whyNot } from '../../testing/page-stand.ts'

describe.skipIf(!canBrowse)(`the editor of boards in a browser${whyNot}`, () => {
  const stand = pageStand()

  /** What stands in the grid, from above to below. */
  const order = (): Promise<string> =>
    stand.page.evaluate(() =>
      [...document.querySelectorAll('.board-grid [data-panel] h2, .board-grid [data-row] h2')]
        .map((head) => [head.getBoundingClientRect().top, head.textContent] as const)
        .toSorted(([a], [b]) => a - b)
        .map(([, name]) => name)
        .join(' '),
    )
  const head = async (name: string): Promise<{ x: number; y: number }> => {
    const found = stand.page
      .locator('.board-grid .panel-head, .board-grid [data-row]')
      .filter({ hasText: name })
    const box = (await found.boundingBox())!
    return { x: box.x + 130, y: box.y + box.height / 2 }
  }
  const drag = async (from: string, to: { x: number; y: number }): Promise<void> => {
    const begin = await head(from)
    await stand.page.mouse.move(begin.x, begin.y)
    await stand.page.mouse.down()
    await stand.page.mouse.move(to.x, (begin.y + to.y) / 2, { steps: 3 })
    await stand.page.mouse.move(to.x, to.y, { steps: 3 })
    await stand.page.mouse.up()
  }
  const openEditor = async (): Promise<void> => {
    await stand.open('/dashboards/rows?edit=1')
    await expect.poll(order).toBe('Loose Open Inner Folded')
  }

  test('panels are dragged into a folded row, out of one that is opened, and rows with all that is in them', async () => {
    await openEditor()
    await drag('Inner', await head('Folded'))
    await expect.poll(order).toBe('Loose Open Folded')
    await stand.page.locator('[data-row]', { hasText: 'Folded' }).getByRole('button').click()
    await expect.poll(order).toBe('Loose Open Folded Hidden Inner')
    const above = await head('Open')
    await drag('Folded', { x: above.x, y: above.y - 20 })
    await expect.poll(order).toBe('Loose Folded Hidden Inner Open')
    await drag('Inner', await head('Loose'))
    await expect.poll(order).toBe('Inner Loose Folded Hidden Open')
    for (const _ of [1, 2, 3, 4]) await stand.page.keyboard.press('Control+z')
    await expect.poll(order).toBe('Loose Open Inner Folded')
    expect(await stand.violations()).toEqual([])
  })

  test('the same by menus, on a phone too', async () => {
    const problems = await problemsOnPhone(stand, '/dashboards/rows?edit=1')
    expect(problems).toEqual({ violations: [], sideways: 0 })
    const deed = async (panel: string, words: string): Promise<void> => {
      await stand.page.getByRole('button', { name: `Change ${panel}` }).click()
      await stand.page.getByRole('menuitem', { name: words }).click()
    }
    await deed('Inner', 'Into Folded')
    await expect.poll(order).toBe('Loose Open Folded')
    await deed('Folded', 'Move up')
    await expect.poll(order).toBe('Loose Folded Open')
    await deed('Hidden', 'Out of its row')
    await expect.poll(order).toBe('Loose Hidden Folded Open')
  })

  test('transformations by forms: fields are those that the answers have', async () => {
    await stand.open('/dashboards/rows?edit=1&editPanel=1')
    const { page } = stand
    await page.getByRole('tab', { name: /Transformations/ }).click()
    const add = async (kind: string): Promise<void> => {
      await page.getByRole('combobox', { name: 'Add a transformation' }).click()
      await page.getByRole('option', { name: kind }).click()
    }
    const heads = async (): Promise<string> =>
      (await page.locator('.panel-preview th').allTextContents()).join(' ')
    await add('Order, rename, leave out fields')
    await page.getByRole('checkbox', { name: 'Time' }).uncheck()
    await page.getByRole('textbox', { name: 'Value is called' }).fill('Answers')
    await page.getByRole('button', { name: 'Value earlier' }).click()
    await page.getByRole('button', { name: 'Value earlier' }).click()
    await expect.poll(heads).toBe('Answers job')
    await add('Group rows')
    await page.getByRole('combobox', { name: 'With job' }).click()
    await page.getByRole('option', { name: 'Group by it' }).click()
    await page.getByRole('combobox', { name: 'With Answers' }).click()
    await page.getByRole('option', { name: 'Calculate' }).click()
    await page.getByRole('combobox', { name: 'Calculations of Answers' }).click()
    await page.getByRole('option', { name: 'Max', exact: true }).click()
    await page.keyboard.press('Escape')
    await expect.poll(heads).toBe('job Answers (max)')
    await add('Sort rows')
    await page.getByRole('combobox', { name: 'By' }).fill('job')
    await add('Only rows whose values fit')
    await page.getByRole('button', { name: 'Add a condition' }).click()
    const condition = page.getByRole('group', { name: 'Condition 1' })
    await condition.getByRole('combobox', { name: 'Field' }).fill('job')
    await page.keyboard.press('Escape')
    await condition.getByRole('combobox', { name: 'Test' }).click()
    await page.getByRole('option', { name: 'contains', exact: true }).click()
    await condition.getByRole('textbox', { name: 'Value' }).fill('nobody')
    await stand.see('leave nothing of it')
    await condition.getByRole('textbox', { name: 'Value' }).fill('api')
    await expect.poll(heads).toBe('job Answers (max)')
    expect(await stand.violations()).toEqual([])
    expect(stand.complaints).toEqual([])
  })
})
