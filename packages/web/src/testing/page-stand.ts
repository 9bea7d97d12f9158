import { AxeBuilder } from '@axe-core/playwright'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type Locator, type Page, chromium } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { type MockServer, startMock } from './mock-api.ts'

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const DIST = join(import.meta.dirname, '../../dist')
const missing = [CHROMIUM, join(DIST, 'index.html')].filter((path) => !existsSync(path))

/** Whether there is a browser and a page that was built. */
export const canBrowse = missing.length === 0
/** For the title of tests: what is missing. */
export const whyNot = canBrowse ? '' : ` (skipped: ${missing.join(' and ')} is missing)`

/** The built page in a browser, over a stand-in for Weir; a fresh tab for each test. */
export interface PageStand {
  readonly mock: MockServer
  readonly browser: Browser
  readonly page: Page
  /** What the page wrote to its console, and what it threw. */
  readonly complaints: readonly string[]
  open(path: string): Promise<void>
  see(text: string | RegExp, within?: Page | Locator): Promise<void>
  /** Whether the text is there so soon after the page was asked for; of three tries, as any machine has bad moments. */
  isThereWithin(ms: number, path: string, text: string): Promise<boolean>
  /** What axe has to say about what is to be seen now. */
  violations(): Promise<string[]>
}

/** Sets it up around the tests of a `describe`. */
export function pageStand(): PageStand {
  let mock: MockServer
  let browser: Browser
  let open: () => Promise<Page>
  let page: Page
  const complaints: string[] = []
  beforeAll(async () => {
    mock = await startMock(DIST, 3)
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    open = () => context.newPage()
  })
  afterAll(async () => {
    await browser.close()
    await mock[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    mock.scene = 3
    page = await open()
    complaints.length = 0
    page.on('console', (said) => {
      if (said.type() === 'error' || said.type() === 'warning') complaints.push(said.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
  })
  afterEach(async () => {
    await page.close()
  })
  const goTo = async (path: string): Promise<void> => {
    await page.goto(mock.url + path)
  }
  return {
    get mock() {
      return mock
    },
    get browser() {
      return browser
    },
    get page() {
      return page
    },
    complaints,
    open: goTo,
    see: (text, within = page) => seen(within, text),
    isThereWithin: async (ms, path, text) => {
      for (let attempt = 0; attempt < 3; attempt++) {
        await goTo(path)
        await seen(page, text)
        if ((await page.evaluate(() => performance.now())) < ms) return true
      }
      return false
    },
    violations: async () => {
      // All is one document: the mode without a second tab for its frames says the same in half the time.
      const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
      return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
    },
  }
}

/** Opens a page in the dark on a phone: what axe says, and how many pixels it is too wide. */
export async function problemsOnPhone(
  stand: PageStand,
  path: string,
): Promise<{ readonly violations: string[]; readonly sideways: number }> {
  await stand.page.emulateMedia({ colorScheme: 'dark' })
  await stand.page.setViewportSize({ width: 390, height: 844 })
  await stand.open(path)
  await stand.page.waitForLoadState('networkidle')
  const violations = await stand.violations()
  const sideways = await stand.page.evaluate(() =>
    Math.max(0, document.documentElement.scrollWidth - innerWidth),
  )
  return { violations, sideways }
}

function seen(within: Page | Locator, text: string | RegExp): Promise<void> {
  return within.getByText(text).first().waitFor()
}
