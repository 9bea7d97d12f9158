import { join } from 'node:path'
import { loadavg } from 'node:os'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { canBrowse, pageStand, whyNot } from '../testing/page-stand.ts'

const UPLOT = join(import.meta.dirname, '../../../../node_modules/uplot/dist/uPlot.iife.min.js')
const MOVES = 120
const REFRESHES = 50

/** What a board costs the browser, beside what uPlot alone does with the same data. Figures are printed: how they compare is for people to judge, as no machine is always quiet. */
describe.skipIf(!canBrowse)(`speed of boards${whyNot}`, () => {
  const stand = pageStand()

  test('a board of thirty panels: drawn in time, with one request, in little memory', async () => {
    let requests = 0
    stand.page.on('request', (request) => {
      if (request.postData()?.includes('many10') === true) requests++
    })
    const times: number[] = []
    for (let round = 0; round < 3; round++) {
      requests = 0
      stand.mock.served.clear()
      await stand.page.setViewportSize({ width: 1440, height: 1300 })
      await stand.open('/dashboards/thirty?refresh=off')
      await stand.page.waitForFunction(
        () => document.querySelectorAll('.plot canvas').length === 30,
      )
      times.push(await stand.page.evaluate(() => performance.now()))
    }
    const bytes = [...stand.mock.served].filter(([path]) => !path.endsWith('.woff2'))
    const size = bytes.reduce((sum, [, count]) => sum + count, 0)
    say(`30 panels × 10 series drawn after ${times.map((ms) => ms.toFixed(0)).join(', ')} ms`)
    say(
      `files of the third load, packed: ${(size / 1024).toFixed(0)} KiB (the browser kept the others)`,
    )
    expect(requests).toBe(1)

    const before = await heapBytes(stand.page)
    for (let i = 0; i < REFRESHES; i++) {
      const answered = stand.page.waitForResponse((response) =>
        response.url().endsWith('/boards/query'),
      )
      await stand.page.getByRole('button', { name: 'Refresh now' }).click()
      await answered
    }
    const after = await heapBytes(stand.page)
    say(`heap after ${REFRESHES} refreshes: ${mib(after)} MiB, before ${mib(before)} MiB`)
    expect(after - before).toBeLessThan(20 * 2 ** 20)
  }, 300_000)

  test('a hundred series of a thousand values: moves of the pointer, and new times', async () => {
    await stand.open('/dashboards/many?refresh=off')
    const over = stand.page.locator('.u-over')
    await over.waitFor()
    const box = (await over.boundingBox())!
    const own = await moved(stand.page, box)
    say(`crosshair over 100 × 1,000: ${own}`)

    const alone = await stand.browser.newPage({ viewport: { width: 1440, height: 900 } })
    await alone.goto('about:blank')
    await alone.addScriptTag({ path: UPLOT })
    const redrawMs = await alone.evaluate(plotAlone)
    say(`uPlot alone: ${await moved(alone, { x: 60, y: 10, width: 1200, height: 500 })}`)
    say(`uPlot alone, a new time scale: ${redrawMs.toFixed(1)} ms each`)
    await alone.close()

    const zooms: number[] = []
    for (let i = 0; i < 6; i++) {
      zooms.push(await timedClick(stand.page, i % 2 === 0 ? 'Back in time' : 'Forward in time'))
    }
    say(`another time, asked and drawn: ${zooms.map((ms) => ms.toFixed(0)).join(', ')} ms`)
    expect(zooms.length).toBe(6)
  }, 300_000)
})

function say(text: string): void {
  process.stdout.write(`${text}  [load ${loadavg()[0]!.toFixed(1)}]\n`)
}

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1)
}

async function heapBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize
}

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Script and painting of the page's main thread for each move of the pointer. */
async function moved(page: Page, box: Box): Promise<string> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const taken = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics')
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0)
  }
  const before = await taken()
  for (let i = 0; i < MOVES; i++) {
    await page.mouse.move(box.x + (box.width * (i + 1)) / (MOVES + 2), box.y + box.height / 2)
  }
  const each = ((await taken()) - before) / MOVES
  await session.detach()
  return `${each.toFixed(1)} ms of the main thread a move`
}

async function timedClick(page: Page, name: string): Promise<number> {
  const answered = page.waitForResponse(
    (response) =>
      response.url().endsWith('/boards/query') &&
      response.request().postData()?.includes('many100') === true,
  )
  const began = performance.now()
  await page.getByRole('button', { name }).click()
  await answered
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  )
  return performance.now() - began
}

/** Runs in the page: a plot of the same size, and how long a new time scale takes it. */
async function plotAlone(): Promise<number> {
  const { uPlot } = window as unknown as {
    readonly uPlot: new (
      options: object,
      data: number[][],
      element: HTMLElement,
    ) => { setScale(key: string, ends: { min: number; max: number }): void }
  }
  const x = Array.from({ length: 1000 }, (_, i) => i * 20)
  const ys = Array.from({ length: 100 }, (_, s) =>
    x.map((at) => s + 3 * Math.sin(at / 900 + s) + Math.random()),
  )
  const series = [
    {},
    ...ys.map((_, s) => ({ stroke: `hsl(${s * 3.6} 60% 40%)`, width: 1, points: { show: false } })),
  ]
  const cursor = { focus: { prox: 24 }, drag: { setScale: false } }
  const options = {
    width: 1380,
    height: 560,
    series,
    cursor,
    focus: { alpha: 0.25 },
    legend: { show: false },
    scales: { x: { time: false } },
  }
  const plot = new uPlot(options, [x, ...ys], document.body)
  const ROUNDS = 40
  const began = performance.now()
  for (let i = 0; i < ROUNDS; i++) {
    plot.setScale('x', { min: i * 100, max: 10_000 + i * 100 })
    await Promise.resolve() // uPlot draws at the end of the turn
  }
  return (performance.now() - began) / ROUNDS
}
