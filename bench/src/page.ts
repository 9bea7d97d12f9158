/**
 * What the page costs: a real Weir with 200 pipelines, and boards over it, in Chromium. Prints the bytes of
 * the first load, how soon overview and a board of thirty panels stand, what moving the pointer, the
 * time and the zoom cost over 100 series x 1,000 values beside uPlot alone in the same browser, and
 * the heap after fifty refreshes. `CHROMIUM` names the browser. `npm run build` first.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type Page, chromium } from 'playwright-core'

import { cpuMs } from './process.ts'
import type { BenchSeries } from './pipeline-series.ts'
import { RemoteWriteBodies, sendBody } from './remote-write.ts'
import { startSide } from './sides.ts'

const PIPELINES = 200
const STEP_MS = 15_000
const SAMPLES = 1000
const ROUNDS = 5
const MOVES = 120
const REFRESHES = 50
/** So often its data is asked for, to tell what one time costs. */
const ASKED = 20
const UPLOT = join(import.meta.dirname, '../../node_modules/uplot/dist/uPlot.iife.min.js')
const UPLOT_LOOKS = join(import.meta.dirname, '../../node_modules/uplot/dist/uPlot.min.css')

const COUNT_FRAMES = `{
  const frames = []
  let last = performance.now(), isOn = true
  requestAnimationFrame(function next(at) {
    frames.push(at - last); last = at
    if (isOn) requestAnimationFrame(next)
  })
  window.benchFrames = () => { isOn = false; return frames }
}`

const NEXT_FRAME = 'new Promise((done) => requestAnimationFrame(done))'

/** The same figures in a plot of the same size that is moved by the same wheel, and nothing else. */
const PLOT_ALONE = `{
  const x = Array.from({ length: 1000 }, (_, i) => i * 15)
  const ys = Array.from({ length: 100 }, (_, s) => x.map((_, k) => s + s * 0.2 * Math.sin(k / 40 + s) + ((k * 7 + s) % 5)))
  const lines = ys.map((_, s) => ({ stroke: 'hsl(' + s * 3.6 + ' 60% 40%)', width: 1, points: { show: false } }))
  const ends = { min: x[0], max: x.at(-1) }
  const plot = new uPlot({ width: 1380, height: 560, series: [{}, ...lines], legend: { show: false },
    scales: { x: { time: false } } }, [x, ...ys], document.body)
  let frame
  plot.over.addEventListener('wheel', (event) => {
    event.preventDefault()
    const width = ends.max - ends.min
    if (event.ctrlKey) {
      const by = (width * (Math.exp(event.deltaY / 400) - 1)) / 2
      ends.min -= by; ends.max += by
    } else {
      const by = (width * event.deltaX) / plot.over.clientWidth
      ends.min += by; ends.max += by
    }
    frame ??= requestAnimationFrame(() => { frame = undefined; plot.setScale('x', ends) })
  }, { passive: false })
}`

const folder = mkdtempSync(join(tmpdir(), 'weir-bench-page-'))
const weir = (await startSide('Weir', folder, {
  config: 'storage: { tsdb: { out_of_order_time_window: 6h } }\n',
}))!
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
try {
  await send(weir.url)
  await keepBoard(weir.url, 'thirty', thirtyPanels())
  await keepBoard(weir.url, 'hundred', [panelOf(1, 'bench_line', { x: 0, y: 0, w: 24, h: 16 })])
  await firstLoads(browser, weir.url)
  await boardDrawn(browser, weir.url)
  await moves(browser, weir.url)
} finally {
  await browser.close()
  await weir.stop()
  rmSync(folder, { recursive: true, force: true })
}

function say(what: string, figure: string): void {
  console.log(`${what.padEnd(48)} ${figure}  [load ${loadavg()[0]!.toFixed(1)}]`)
}

/** Signals of 200 pipelines of four stages, and a hundred lines with a value every 15 s. */
async function send(url: string): Promise<void> {
  const stages = ['read', 'clean', 'join', 'write']
  const figures = [
    ['weir_stage_throughput', 120],
    ['weir_stage_backlog', 40],
    ['weir_stage_latency_seconds', 2],
    ['weir_stage_freshness_seconds', 20],
  ] as const
  const signals = Array.from({ length: PIPELINES }, (_, p) =>
    stages.flatMap((stage) =>
      figures.map(([name, level]) =>
        wave({ __name__: name, system: 'bench', pipeline: `pipeline-${p}`, stage }, level, p),
      ),
    ),
  ).flat()
  const lines = Array.from({ length: 100 }, (_, i) =>
    wave({ __name__: 'bench_line', instance: `host-${i}` }, i, i),
  )
  const now = Date.now()
  const timeOf = (k: number): number => now - (SAMPLES - 1 - k) * STEP_MS
  for (const [series, from] of [
    [signals, SAMPLES - 80],
    [lines, 0],
  ] as const) {
    const bodies = new RemoteWriteBodies(series)
    for (let first = 0; first < series.length; first += 100) {
      const last = Math.min(series.length, first + 100)
      await sendBody(url, bodies.encode({ first, last, from, to: SAMPLES }, timeOf))
    }
  }
}

function wave(labels: BenchSeries['labels'], level: number, seed: number): BenchSeries {
  return { labels, at: (k) => level + level * 0.2 * Math.sin(k / 40 + seed) + ((k * 7 + seed) % 5) }
}

type Place = Readonly<Record<'x' | 'y' | 'w' | 'h', number>>

function panelOf(id: number, expr: string, gridPos: Place): object {
  const targets = [{ refId: 'A', expr }]
  return { id, type: 'timeseries', title: `Panel ${id}`, gridPos, targets, maxDataPoints: 1000 }
}

function thirtyPanels(): object[] {
  return Array.from({ length: 30 }, (_, i) =>
    panelOf(i + 1, `bench_line{instance=~"host-${i}.*"}`, {
      x: (i % 6) * 4,
      y: Math.floor(i / 6) * 5,
      w: 4,
      h: 5,
    }),
  )
}

async function keepBoard(url: string, uid: string, panels: object[]): Promise<void> {
  const time = { from: 'now-4h', to: 'now' }
  const dashboard = { uid, title: uid, time, graphTooltip: 1, schemaVersion: 42, panels }
  const answer = await fetch(`${url}/api/weir/v1/dashboards`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ dashboard }),
  })
  if (!answer.ok) throw new Error(`Cannot keep a board: ${answer.status} ${await answer.text()}`)
}

async function firstLoads(within: Browser, url: string): Promise<void> {
  const times: number[] = []
  const busy: number[] = []
  let bytes = { files: 0, data: 0 }
  for (let round = 0; round < ROUNDS; round++) {
    const context = await within.newContext({ viewport: { width: 1440, height: 900 } })
    const page = await context.newPage()
    const session = await context.newCDPSession(page)
    await session.send('Network.enable')
    // CPU time of the page's main thread: what else the machine does is not in it.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' })
    const isData = new Map<string, boolean>()
    bytes = { files: 0, data: 0 }
    session.on('Network.responseReceived', ({ requestId, response }) => {
      isData.set(requestId, new URL(response.url).pathname.startsWith('/api/'))
    })
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      bytes[isData.get(requestId) === true ? 'data' : 'files'] += encodedDataLength
    })
    await page.goto(url)
    await page
      .getByText(/^pipeline-\d+$/)
      .nth(10)
      .waitFor()
    times.push(await sinceOpened(page))
    const { metrics } = await session.send('Performance.getMetrics')
    busy.push(1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0))
    await context.close()
  }
  say('files of the first load, as sent, fonts too', `${(bytes.files / 1024).toFixed(0)} KiB`)
  say('its data, as sent', `${(bytes.data / 1024).toFixed(0)} KiB`)
  say(`overview of ${PIPELINES} pipelines, empty cache`, range(times))
  say("  CPU of the page's main thread until then", range(busy))
  const before = cpuMs(weir.pid)
  for (let i = 0; i < ASKED; i++) {
    await (await fetch(`${url}/api/weir/v1/overview?window=1h`)).arrayBuffer()
  }
  const spent = (cpuMs(weir.pid) - before) / ASKED
  say('  CPU of Weir for its data, each time', `${spent.toFixed(0)} ms`)
}

async function boardDrawn(within: Browser, url: string): Promise<void> {
  const times: number[] = []
  const page = await within.newPage({ viewport: { width: 1440, height: 1300 } })
  for (let round = 0; round < ROUNDS; round++) {
    await page.goto(`${url}/dashboards/thirty?refresh=off`)
    await page.locator('.plot canvas').nth(29).waitFor()
    times.push(await sinceOpened(page))
  }
  say('board of 30 panels drawn', range(times))
  const before = await heapMiB(page)
  for (let i = 0; i < REFRESHES; i++) {
    const answered = page.waitForResponse((one) => one.url().endsWith('/boards/query'))
    await page.getByRole('button', { name: 'Refresh now' }).click()
    await (await answered).finished()
  }
  const after = await heapMiB(page)
  say(
    `heap before and after ${REFRESHES} refreshes`,
    `${before.toFixed(1)}, ${after.toFixed(1)} MiB`,
  )
  await page.close()
}

async function moves(within: Browser, url: string): Promise<void> {
  const weirs = await within.newPage({ viewport: { width: 1440, height: 900 } })
  await weirs.goto(`${url}/dashboards/hundred?refresh=off`)
  await weirs.locator('.u-over').waitFor()
  const alone = await within.newPage({ viewport: { width: 1440, height: 900 } })
  await alone.goto('about:blank')
  await alone.addStyleTag({ path: UPLOT_LOOKS }) // without it nothing lies under the pointer
  await alone.addScriptTag({ path: UPLOT })
  await alone.evaluate(PLOT_ALONE)
  const kinds = {
    'pointer moves': (page: Page, box: Box, i: number) =>
      page.mouse.move(box.x + (box.width * (i + 1)) / (MOVES + 2), box.y + box.height / 2),
    'time moves': (page: Page) => page.mouse.wheel(6, 0),
    'zoom moves': async (page: Page, _: Box, i: number) => {
      await page.keyboard.down('Control')
      await page.mouse.wheel(0, i % 40 < 20 ? -8 : 8)
      await page.keyboard.up('Control')
    },
  }
  for (const [what, deed] of Object.entries(kinds)) {
    const own = await measured(weirs, deed)
    const plain = await measured(alone, deed)
    say(
      `100 x 1,000: ${what}`,
      `${shown(own)}; uPlot alone ${shown(plain)}; ratio of thread time ${(own.threadMs / plain.threadMs).toFixed(2)}`,
    )
  }
}

type Box = Readonly<Record<'x' | 'y' | 'width' | 'height', number>>

interface Cost {
  /** Processor time of the page's main thread for each deed. */
  readonly threadMs: number
  /** Between two frames. */
  readonly frameMs: readonly number[]
}

async function measured(
  page: Page,
  deed: (page: Page, box: Box, i: number) => Promise<void>,
): Promise<Cost> {
  await page.bringToFront()
  const box = (await page.locator('.u-over').boundingBox())!
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const taken = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics')
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration')!.value
  }
  await page.evaluate(COUNT_FRAMES)
  const before = await taken()
  for (let i = 0; i < MOVES; i++) {
    await deed(page, box, i)
    await page.evaluate(NEXT_FRAME) // a move a frame: more of them would be drawn as one
  }
  const threadMs = ((await taken()) - before) / MOVES
  const frameMs = await page.evaluate<number[]>('window.benchFrames()')
  await session.detach()
  await page.waitForTimeout(1500) // the gesture ends, what it asks for is drawn
  return { threadMs, frameMs: frameMs.toSorted((a, b) => a - b) }
}

function shown({ threadMs, frameMs }: Cost): string {
  const at = (share: number): string =>
    (frameMs[Math.floor((frameMs.length - 1) * share)] ?? NaN).toFixed(1)
  return `${threadMs.toFixed(2)} ms, frames p50 ${at(0.5)} p95 ${at(0.95)} ms`
}

async function sinceOpened(page: Page): Promise<number> {
  return await page.evaluate<number>('performance.now()')
}

async function heapMiB(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize / 2 ** 20
}

function range(times: readonly number[]): string {
  return `${(Math.min(...times) / 1000).toFixed(2)}–${(Math.max(...times) / 1000).toFixed(2)} s`
}
