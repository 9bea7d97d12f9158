import { expect, test } from 'vitest'
import { weirConfig } from './weir-config.ts'

const storage = (...levels: object[]): object => ({
  storage: { retention_rules: [{ match: 'a', levels }] },
})

test.each([
  [storage({ keep: '15d' }, { keep: '90d', step: '5m' }, { keep: '2y', step: '1h' })],
  [storage({ keep: '2y', step: '5m' })],
  [storage({ keep: '3d' }, { keep: 0, step: '1d' })],
  [{ storage: { retention_rules: [{ match: ['a', '{b=~"c.*"}'], levels: [{ keep: 0 }] }] } }],
  [{ query: { lookback_rules: [{ match: '{job="hourly"}', lookback: '90m' }] } }],
])('%j is taken', (config) => {
  expect(weirConfig.safeParse(config).success).toBe(true)
})

test.each([
  [storage(), 'too_small'],
  [storage({ keep: '15d' }, { keep: '10d', step: '5m' }), 'want levels in order of their keep'],
  [storage({ keep: '15d', step: '1h' }, { keep: '90d', step: '5m' }), 'want a longer step'],
  [
    storage({ keep: '15d', step: '4m' }, { keep: '90d', step: '6m' }),
    'a multiple of the one before',
  ],
  [storage({ keep: 0 }, { keep: '90d', step: '5m' }), 'want the level that keeps for ever last'],
  [storage({ keep: '15d', step: '7m' }), 'want 1m to 1d that divides a day'],
  [storage({ keep: '15d', step: '30s' }), 'want 1m to 1d that divides a day'],
  [
    { storage: { retention_rules: [{ match: 'a{', levels: [{ keep: 0 }] }] } },
    'want a selector such as',
  ],
  [{ query: { lookback_rules: [{ match: '{}', lookback: '1h' }] } }, 'non-empty matcher'],
  [{ query: { lookback_rules: [{ match: 'a', lookback: 0 }] } }, 'want more than 0'],
])('%j is refused: %s', (config, why) => {
  const { error } = weirConfig.safeParse(config)
  expect(JSON.stringify(error?.issues)).toContain(why)
})
