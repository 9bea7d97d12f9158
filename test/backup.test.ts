import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { held, load } from './backup-load.ts'
import { eventually, getJson, sendUdp, startWeir, value, weir } from './weir-process.ts'

const CONFIG = 'statsd: { flush_interval: 200ms }\npacks: { disabled: [weir] }\n'
const FLAGS = ['--web.enable-admin-api'] as const

let scratch = ''
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'weir-backup-'))
})
afterAll(() => rmSync(scratch, { recursive: true }))

async function tell(web: string, method: string, path: string, body: string): Promise<void> {
  const headers = path.startsWith('/api') ? { 'content-type': 'application/json' } : {}
  const answer = await fetch(web + path, { method, headers, body })
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
}

test('a backup under load has all that was acknowledged before it began, and what people set', async () => {
  const archive = join(scratch, 'weir.tar.gz')
  let before = { samples: 0, lines: 0 }
  {
    await using running = await startWeir({ config: CONFIG, flags: FLAGS })
    const { web } = running
    await tell(web, 'PUT', '/metrics/job/nightly', 'rows_total 12\n')
    const times = { startsAt: '2026-01-01T00:00:00Z', endsAt: '2099-01-01T00:00:00Z' }
    const matchers = [{ name: 'a', value: 'b', isRegex: false, isEqual: true }]
    const silence = { matchers, ...times, createdBy: 'ann', comment: 'kept' }
    await tell(web, 'POST', '/api/v2/silences', JSON.stringify(silence))
    await sendUdp(running.statsdPort, ['orders:7|c'])
    await eventually('the count to be stored', async () => value(web, 'orders'))
    const sent = load(running)
    await eventually('some load', async () => sent.acknowledged.lines > 20)
    before = { ...sent.acknowledged }
    const made = await weir('backup', '--server', web, '--out', archive)
    await sent.stop()
    expect(made).toMatchObject({ code: 0, err: '' })
    expect(sent.acknowledged.samples).toBeGreaterThan(before.samples)
    expect((await held(running)).count).toBe(sent.acknowledged.samples)
    expect(readdirSync(join(running.dataDir, 'snapshots'))).toEqual([])
  }
  const dataDir = join(scratch, 'restored')
  expect(await weir('restore', archive, '--data-dir', dataDir)).toMatchObject({ code: 0, err: '' })
  await using again = await startWeir({ config: CONFIG, dataDir })
  const { samples, count, lines } = await held(again)
  expect(samples).toBeGreaterThanOrEqual(before.samples)
  expect(count).toBe(samples) // none is missing in between
  expect(lines).toBeGreaterThanOrEqual(before.lines)
  expect(await value(again.web, 'rows_total')).toBe(12)
  const silences = await getJson<{ comment: string }[]>(`${again.web}/api/v2/silences`)
  expect(silences.map(({ comment }) => comment)).toEqual(['kept'])
  await sendUdp(again.statsdPort, ['orders:1|c'])
  await eventually('the count to go on', async () => (await value(again.web, 'orders')) === 8)
}, 90_000)
