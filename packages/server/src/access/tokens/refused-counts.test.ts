import { exposition } from '@weir/wire'
import { expect, test } from 'vitest'
import { Registry } from '../../telemetry/registry.ts'
import { refusedCounts } from './refused-counts.ts'

test('what was refused of a token is told apart by its limits, over all threads', () => {
  const [main, pusher, other] = [new Registry(), new Registry(), new Registry()]
  const beyond = main.counter('weir_access_token_refused_total', 'x', ['token', 'limit'])
  beyond.inc({ token: 'loader', limit: 'requests' }, 3)
  beyond.inc({ token: 'loader', limit: 'bytes' })
  beyond.inc({ token: 'a@b.example:/c', limit: 'bytes' }, 1e21)
  main.counter('weir_access_token_requests_total', 'x', ['token']).inc({ token: 'fine' }, 9)
  for (const registry of [pusher, other]) {
    registry
      .counter('weir_access_token_series_refused_total', 'x', ['token'])
      .inc({ token: 'loader' }, 2_000_000)
  }
  other.counter('weir_access_token_streams_refused_total', 'x', ['token']).inc({ token: 'logs' }, 7)
  const page = [main, pusher, other]
    .map((registry) => Buffer.from(exposition(registry.collect(), 'text/plain').body).toString())
    .join('')
  expect([...refusedCounts(page)]).toEqual([
    ['loader', { requests: 3, bytes: 1, samples: 4_000_000, lines: 0 }],
    ['a@b.example:/c', { requests: 0, bytes: 1e21, samples: 0, lines: 0 }],
    ['logs', { requests: 0, bytes: 0, samples: 0, lines: 7 }],
  ])
})
