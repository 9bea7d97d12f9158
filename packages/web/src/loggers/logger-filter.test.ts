import type { LoggerService } from '@weir/packs'
import { expect, test } from 'vitest'
import { levelsOf, wantedServices } from './logger-filter.ts'

const logger = (name: string, ...overrides: string[]): LoggerService['loggers'][number] => ({
  name,
  effective: { info: 1 },
  overrides,
})

const SERVICES: readonly LoggerService[] = [
  { service: 'orders', instances: [], loggers: [logger('kafka.source', 'k1'), logger('sink')] },
  { service: 'billing', instances: [], loggers: [logger('Kafka')] },
  { service: 'silent', instances: [], loggers: [] },
]

test.each([
  ['', false, 'orders/kafka.source orders/sink billing/Kafka silent'],
  ['kafka', false, 'orders/kafka.source billing/Kafka'],
  ['orders kaf', false, 'orders/kafka.source'],
  ['orders/s', false, 'orders/sink'],
  ['nothing', false, ''],
  ['', true, 'orders/kafka.source'],
  ['sink', true, ''],
])('of %j (changed only: %s) these are there: %s', (query, onlyChanged, want) => {
  const shown = wantedServices(SERVICES, query, onlyChanged).flatMap(({ service, loggers }) =>
    loggers.length === 0 ? [service] : loggers.map(({ name }) => `${service}/${name}`),
  )
  expect(shown.join(' ')).toBe(want)
})

test('levels are told from the most verbose on', () => {
  const row = { name: 'a', effective: { off: 1, info: 14, debug: 2 }, overrides: [] }
  expect(levelsOf(row).map(({ level, count }) => `${level} ${count}`)).toEqual([
    'debug 2',
    'info 14',
    'off 1',
  ])
})
