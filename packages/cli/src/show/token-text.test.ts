import type { TokenView } from '@weir/server'
import { expect, test } from 'vitest'
import { tokenLines } from './token-text.ts'

const DAY_MS = 86_400_000
const NOW_MS = 100 * DAY_MS

function token(name: string, more: Partial<TokenView> = {}): TokenView {
  return {
    id: '4k1z0c9x2m',
    prefix: 'weir_4k1z0c9x2m_',
    name,
    scopes: ['ingest'],
    createdMs: NOW_MS - 3 * DAY_MS,
    createdBy: 'ann',
    expiresMs: null,
    lastUsedMs: null,
    ...more,
  }
}

test('tokens without limits have no columns for them', () => {
  const ended = token('old', { expiresMs: NOW_MS, lastUsedMs: NOW_MS - 90_000 })
  expect(tokenLines([token('loader'), ended], NOW_MS)).toEqual([
    'Name    Id          Scopes  Made           Used    Ends',
    'loader  4k1z0c9x2m  ingest  3d ago by ann  never   never',
    'old     4k1z0c9x2m  ingest  3d ago by ann  1m ago  expired',
  ])
})

test('limits, and what was refused for them', () => {
  const limits = { requestsPerSecond: 50, bytesPerSecond: 2 ** 20, series: 10_000 }
  const refused = { requests: 2, bytes: 1, samples: 40, lines: 0 }
  const [head, loader, free] = tokenLines(
    [token('loader', { limits, refused }), token('free')],
    NOW_MS,
  )
  expect(head).toMatch(/ At most +Refused$/)
  expect(loader).toMatch(
    / never +50 requests\/s, 1\.0 MiB\/s, 10000 series +3 requests, 40 samples$/,
  )
  expect(free).toMatch(/ never$/)
})
