import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually, getJson, startWeir, value } from './weir-process.ts'

interface Rules {
  readonly data: {
    readonly groups: readonly {
      readonly rules: readonly {
        readonly name: string
        readonly source?: string
        readonly state?: string
        readonly lastError?: string
      }[]
    }[]
  }
}

const RULES = `
groups:
- name: orders
  interval: 1s
  rules:
  - record: orders:errors:count5m
    expr: sum by (stage) (count_over_time({service_name="orders"} | json | level="error" [5m]))
  - alert: OutOfMemory
    expr: sum by (stage) (count_over_time({service_name="orders"} |= "OutOfMemory" [5m])) > 1
`

test('lines become series and alerts by rules in LogQL, and by metric rules that a reload brings', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-log-rules-'))
  const config = join(folder, 'weir.yml')
  writeFileSync(join(folder, 'loki.yml'), RULES)
  writeFileSync(config, 'logs: { rule_files: [loki.yml] }')
  try {
    await using weir = await startWeir({
      exactFlags: ['--config', config, '--listen', '127.0.0.1:0', '--statsd-listen', '127.0.0.1:0'],
    })
    const send = async (level: string, message: string): Promise<void> => {
      const line = { service: 'orders', stage: 'sink', level, message }
      const reply = await fetch(`${weir.web}/api/weir/v1/logs`, {
        method: 'POST',
        body: JSON.stringify(line),
      })
      expect(reply.status).toBeLessThan(300)
    }
    for (let i = 0; i < 3; i++) await send('error', 'OutOfMemory in the heap')
    await eventually(
      'the series',
      async () => (await value(weir.web, 'orders:errors:count5m{stage="sink"}')) === 3,
    )
    await eventually('the alert', async () => {
      const { data } = await getJson<Rules>(`${weir.web}/api/v1/rules`)
      const rules = data.groups.flatMap(({ rules: all }) => all)
      const alert = rules.find(({ name }) => name === 'OutOfMemory')
      expect(alert?.lastError).toBeUndefined()
      return alert?.source === 'logs' && alert.state === 'firing'
    })
    writeFileSync(
      config,
      `logs:
  rule_files: [loki.yml]
  metrics:
  - { name: orders_lines_total, match: '{service_name="orders"}' }`,
    )
    weir.signal('SIGHUP')
    await eventually('the new rules', async () => /read again/.test(weir.log()))
    await send('info', 'all is well')
    await eventually(
      'what they count',
      async () => (await value(weir.web, 'orders_lines_total')) === 1,
    )
    expect(await weir.stop()).toBe(0)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
