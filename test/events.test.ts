import type { EventPage } from '@weir/packs'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually, getJson, sendTcp, startWeir, value } from './weir-process.ts'

test('events come by StatsD, are found, outlive a crash, and checks are series', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'weir-events-'))
  const config = 'statsd: { flush_interval: 1s }'
  try {
    const first = await startWeir({ dataDir, config })
    await sendTcp(first.statsdTcpPort, [
      '_e{10,5}:deploy api|v 1.2|t:success|#env:prod',
      '_e{8,0}:rollback||t:error|#env:stage',
      '_sc|db.up|2|h:db-1|m:gone',
    ])
    const page = (web: string, query = ''): Promise<EventPage> =>
      getJson(`${web}/api/weir/v1/events${query}`)
    await eventually('both events', async () => (await page(first.web)).total === 2)
    const titles = async (query: string): Promise<string[]> =>
      (await page(first.web, query)).events.map(({ title }) => title)
    expect(await titles('?tag[]=env:prod')).toEqual(['deploy api'])
    expect(await titles('?type[]=error')).toEqual(['rollback'])
    expect(await titles('?q=V+1.2')).toEqual(['deploy api'])
    expect(await titles('?start=2100-01-01T00:00:00Z')).toEqual([])
    await eventually('the check', async () => (await titles('?kind=check')).length === 1)
    await eventually(
      'its series',
      async () => (await value(first.web, 'service_check_status{check="db.up",host="db-1"}')) === 2,
    )
    const bad = await fetch(`${first.web}/api/weir/v1/events?type[]=loud`)
    expect([bad.status, await bad.text()]).toEqual([
      400,
      expect.stringContaining('want one of error, warning, info, success'),
    ])
    await first.kill()

    await using again = await startWeir({ dataDir, config })
    const { events, next } = await page(again.web, '?limit=1')
    expect([events.length, next !== null]).toEqual([1, true])
    const rest = await page(again.web, `?limit=1&before=${encodeURIComponent(next!)}`)
    expect([...events, ...rest.events].map(({ title }) => title).toSorted()).toEqual([
      'deploy api',
      'rollback',
    ])
    expect(rest.next).toBe(null)
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
})
