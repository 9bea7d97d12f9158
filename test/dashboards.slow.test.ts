import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { BoardAnswer } from '@weir/boards'
import { type Browser, type Page, chromium } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type WeirProcess, eventually, getJson, startWeir } from './weir-process.ts'

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const why = existsSync(CHROMIUM) ? '' : ` (skipped: no ${CHROMIUM})`
const BOARD = join(import.meta.dirname, '../fixtures/dashboards/prometheus-mixin-overview.json')
const PATH = '/api/weir/v1/dashboards'

describe.skipIf(why !== '')(`a dashboard that lies in git is edited on the page${why}`, () => {
  let folder: string
  let weir: WeirProcess
  let browser: Browser
  let page: Page
  let uid: string
  let file: string
  let complaints: string[]
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      cwd: folder,
      encoding: 'utf8',
    })
  const kept = (): Promise<BoardAnswer> => getJson<BoardAnswer>(`${weir.web}${PATH}/${uid}`)

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weir-boards-'))
    git('init', '-q')
    const config = `dashboards: { directory: ${JSON.stringify(folder)}, watch_every: 1s }`
    weir = await startWeir({ config })
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  }, 90_000)
  afterAll(async () => {
    await browser?.close()
    await weir?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    complaints = []
    page.on('console', (said) => {
      // A refused save is told there by the browser itself.
      if (said.type() === 'error' && !said.text().includes('409')) complaints.push(said.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
  })
  afterEach(async () => {
    await page.close()
  })

  const flaws = async (): Promise<string[]> => {
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
    return [...complaints, ...violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)]
  }
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true })
  const save = async (message: string): Promise<void> => {
    await button('Save').click()
    await page.getByLabel('What was changed').fill(message)
    await page.getByLabel('Your name').fill('ann')
    await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click()
  }

  test('it is imported by its file, with notes before it is kept', async () => {
    await page.goto(`${weir.web}/dashboards`)
    expect(await flaws()).toEqual([])
    await button('Import').click()
    await page.getByLabel('Files with dashboards').setInputFiles(BOARD)
    await page.getByLabel('What was found').getByText('Prometheus').first().waitFor()
    expect(await flaws()).toEqual([])
    await button('Import 1 dashboard').click()
    await page.waitForURL(/dashboards\/[\w-]+$/)
    uid = new URL(page.url()).pathname.split('/').at(-1)!
    file = (await kept()).meta.file!
    const exported = await getJson(`${weir.web}${PATH}/${uid}/export`)
    const original = JSON.parse(readFileSync(BOARD, 'utf8')) as object
    expect(exported).toEqual({ ...original, uid })
    git('add', '.')
    git('commit', '-qm', 'first')
  }, 60_000)

  test('a panel is moved, made larger, and both undone; its query is changed and saved', async () => {
    await page.goto(`${weir.web}/dashboards/${uid}?edit=1`)
    const before = (await kept()).dashboard
    const panel = before.panels.find(({ type }) => type !== 'row' && type !== 'text')!
    const outline = page.getByLabel('Panels of this dashboard')
    const row = outline.getByRole('button', { name: new RegExp(`^${panel.title} \\d`) }).first()
    await row.waitFor()
    const sizeOf = (w: number, h: number) => outline.getByText(`${w} × ${h}`).first()
    const { w, h } = panel.gridPos
    const head = page.locator(`[data-panel="${panel.id}"] .panel-head`)
    // A panel is whole once it is near, and stands still once the variables are known.
    let seen = ''
    const box = await eventually('the panel stands still', async () => {
      const found = await head.boundingBox().catch(() => null)
      const text = JSON.stringify(found)
      const stands = found !== null && text === seen
      seen = text
      return stands ? found : undefined
    })
    await page.mouse.move(box.x + 20, box.y + 8)
    await page.mouse.down()
    await page.mouse.move(box.x + 20, box.y + 420, { steps: 5 })
    await page.mouse.up()
    await button(/^Undo: place of/).waitFor()
    await row.focus()
    await page.keyboard.press('Shift+ArrowLeft')
    await sizeOf(w - 1, h).waitFor()
    await page.keyboard.press('Control+z')
    await page.keyboard.press('Control+z')
    await button('Undo').waitFor()
    expect(await button('Save').isDisabled()).toBe(true)
    expect(await flaws()).toEqual([])

    await row.click()
    await page.getByLabel('PromQL expression').first().click()
    await page.keyboard.press('Control+End')
    await page.keyboard.type(' > 0')
    await page.keyboard.press('Control+Enter')
    await button(/^Undo: query of/).waitFor()
    expect(await flaws()).toEqual([])
    await save('only those that are up')
    await page.waitForURL((url) => !url.search.includes('edit'))
    const { dashboard, meta } = await kept()
    expect(meta).toMatchObject({ version: 2, author: 'ann' })
    const changed = dashboard.panels.find(({ id }) => id === panel.id)!
    expect(changed.targets[0]!.expr).toBe(`${panel.targets[0]!.expr} > 0`)
    expect(dashboard).toEqual({
      ...before,
      panels: before.panels.map((one) => (one.id === panel.id ? changed : one)),
    })
    // Under git it is the one line.
    expect(git('diff', '--numstat').trim()).toMatch(/^1\t1\t/)
  }, 60_000)

  test('who was first is told, and nothing of theirs is lost', async () => {
    await page.goto(`${weir.web}/dashboards/${uid}?edit=1`)
    await button('Settings').click()
    await page.getByRole('textbox', { name: 'Title' }).fill('Mine')
    await page.keyboard.press('Escape')
    await button(/^Undo: title/).waitFor()
    const path = join(folder, file)
    const { dashboard, meta } = await kept()
    const theirs = readFileSync(path, 'utf8').replace(
      JSON.stringify(dashboard.title),
      '"Theirs, by hand"',
    )
    writeFileSync(path, theirs)
    await save('')
    await page.getByText(`somebody saved version ${meta.version + 1}`).waitFor()
    expect(readFileSync(path, 'utf8')).toBe(theirs)
    await page.getByRole('dialog').getByRole('button', { name: 'Replace theirs' }).click()
    await page.waitForURL((url) => !url.search.includes('edit'))
    await eventually('the new title', async () => (await kept()).meta.title === 'Mine')
    const old = await getJson<BoardAnswer>(`${weir.web}${PATH}/${uid}?version=${meta.version + 1}`)
    expect(old.dashboard.title).toBe('Theirs, by hand')
  }, 60_000)

  test('a new one is made, given a panel, and deleted with a way back', async () => {
    await page.goto(`${weir.web}/dashboards`)
    await button('New').click()
    await button('Add').click()
    await page.getByRole('menuitem', { name: /^Stat One/ }).click()
    await page.getByLabel('Title').fill('Up')
    await page.getByLabel('PromQL expression').first().click()
    await page.keyboard.type('sum(up)')
    await save('')
    await page.waitForURL((url) => !url.search.includes('edit'))
    await page.locator('[aria-label="Up"]').waitFor()
    await page.goto(`${weir.web}/dashboards`)
    await button('What to do with New dashboard').click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByText('New dashboard is deleted.').waitFor()
    expect(await page.getByRole('link', { name: 'New dashboard' }).count()).toBe(0)
    await button('Undo').click()
    await page.getByRole('link', { name: 'New dashboard' }).first().waitFor()
    expect(complaints).toEqual([])
  }, 60_000)
})
