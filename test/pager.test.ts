import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, getJson, sendUdp, startReceiver, startWeir } from './weir-process.ts'

let dataDir: string
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'weir-pager-'))
})
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

interface Body {
  readonly status: string
  readonly alerts: readonly {
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }[]
}

test(
  'a page that could not be delivered survives kill -9 and arrives when the receiver is back',
  { timeout: 90_000 },
  async () => {
    let isDown = true
    await using receiver = await startReceiver(() => (isDown ? 503 : 200))
    const rules = join(dataDir, '..', `rules-${process.pid}.yml`)
    const { writeFileSync } = await import('node:fs')
    writeFileSync(
      rules,
      `groups: [{ name: g, interval: 1s, rules: [{ alert: QueueFull, expr: queue_depth > 5, labels: { severity: critical }, annotations: { summary: 'depth is {{ $value }}' } }] }]`,
    )
    // After a restart nothing counts as over before the slowest rules have run once: Weir's own take half a minute.
    const config = `
packs: { disabled: [weir] }
statsd: { flush_interval: 200ms }
alertmanager:
  route: { receiver: hook, group_by: [alertname], group_wait: 0s, group_interval: 1s }
  receivers:
    - name: hook
      webhook_configs: [{ url: '${receiver.url}' }]
`
    {
      await using first = await startWeir({ config, dataDir, flags: ['--rules', rules] })
      await sendUdp(first.statsdPort, ['queue.depth:9|g'])
      await eventually('a failed attempt', async () => {
        const list = await getJson<{ attempts: number; state: string }[]>(
          `${first.web}/api/weir/v1/notifications`,
        )
        return list.some(({ attempts, state }) => attempts > 0 && state === 'pending')
      })
      await first.kill()
    }
    expect(receiver.bodies).toEqual([])
    isDown = false
    await using second = await startWeir({ config, dataDir, flags: ['--rules', rules] })
    await sendUdp(second.statsdPort, ['queue.depth:9|g'])
    const firing = await eventually(
      'the page',
      async () => (receiver.bodies as Body[]).find(({ status }) => status === 'firing'),
      60_000,
    )
    expect(firing.alerts[0]).toMatchObject({
      labels: { alertname: 'QueueFull', severity: 'critical' },
      annotations: { summary: 'depth is 9' },
    })

    await sendUdp(second.statsdPort, ['queue.depth:1|g'])
    await eventually(
      'the all-clear',
      async () => (receiver.bodies as Body[]).some(({ status }) => status === 'resolved'),
      30_000,
    )
    rmSync(rules)
  },
)
