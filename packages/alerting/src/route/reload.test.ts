import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import type { Fetch } from '../notify/fetch.ts'
import { alertingInMemory } from '../testing/alerting-in-memory.ts'
import { ManualClock } from '../testing/manual-clock.ts'

const CONFIG = `
route: {receiver: hook, group_by: [alertname], group_wait: 0s, group_interval: 1m}
templates: ['*.tmpl']
receivers: [{name: hook, webhook_configs: [{url: 'http://r/{{ template "where" }}'}]}]
`

test('a template file that changed is read again, though the config did not change', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-reload-'))
  const where = (text: string): void =>
    writeFileSync(join(folder, 'a.tmpl'), `{{ define "where" }}${text}{{ end }}`)
  const clock = new ManualClock(Date.UTC(2026, 0, 1))
  const asked: string[] = []
  const fetch: Fetch = async (url) => {
    asked.push(url)
    return { status: 200, headers: new Headers(), text: async () => '' }
  }
  where('one')
  const setup = { config: { fileName: join(folder, 'am.yml'), text: CONFIG } }
  await using alerting = await alertingInMemory({
    ...setup,
    clock,
    fetch,
  })
  const push = async (alertname: string): Promise<void> => {
    await alerting.routing.post([
      { labels: Labels.of({ alertname }), annotations: Labels.EMPTY, generatorUrl: '' },
    ])
    await clock.advance(1)
  }
  await push('a')
  where('two')
  await push('b')
  await alerting.reload(setup)
  await push('c')
  expect(asked).toEqual(['http://r/one', 'http://r/one', 'http://r/two'])
  where('{{ nope }}')
  await expect(alerting.reload(setup)).rejects.toThrow('function "nope" not defined')
  await push('d')
  expect(asked.at(-1)).toBe('http://r/two')
  rmSync(folder, { recursive: true })
})
