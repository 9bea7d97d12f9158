import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type Started,
  closeAll,
  linesCome,
  page,
  sendUdp,
  start,
  value,
} from './testing/intake-stand.ts'

afterEach(closeAll)

describe('the state over a restart', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'weir-intake-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  async function counted(config: object): Promise<Started> {
    const weir = await start(config, '', folder)
    await sendUdp(weir, 'a:1|c')
    await linesCome(weir, 1)
    await weir.intake.flush()
    return weir
  }

  test('is what the last flush kept', async () => {
    await counted({})
    const second = await counted({}) // the first is not closed: as if it had been killed
    expect(page(second)).toEqual(['a 2'])
    expect(value(second.registry, 'weir_statsd_series_restored')).toBe(1)
    expect(value(second.registry, 'weir_statsd_state_bytes')).toBeGreaterThan(100)
  })

  test('is forgotten where it is not wanted', async () => {
    await counted({})
    expect(page(await counted({ keep_state: false }))).toEqual(['a 1'])
    expect(readdirSync(folder)).toEqual([])
  })

  test('is not kept, and that is counted, when it is too large', async () => {
    const weir = await counted({ max_state_bytes: '100' })
    expect(value(weir.registry, 'weir_statsd_state_failures_total')).toBe(1)
    expect(page(await counted({}))).toEqual(['a 1'])
  })

  test('that cannot be read costs what was in it, not the start', async () => {
    writeFileSync(join(folder, 'values-0'), 'nonsense')
    const weir = await counted({})
    expect(value(weir.registry, 'weir_statsd_state_failures_total')).toBe(1)
    expect(page(await counted({}))).toEqual(['a 2'])
  })
})
