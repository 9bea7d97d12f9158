import type { EventView } from '@weir/packs'
import { expect, test } from 'vitest'
import { marksOf } from './marks-of.ts'

const event = (title: string, ...tags: readonly string[]): EventView => ({
  id: title,
  kind: 'event',
  atMs: 1500,
  title,
  text: 'x',
  type: 'error',
  priority: 'normal',
  host: '',
  source: '',
  aggregationKey: '',
  tags,
})

test('a pipeline’s page shows its own events and those of nobody in particular', () => {
  const events = [
    event('all', 'env:prod'),
    event('own', 'pipeline:a'),
    event('other', 'pipeline:b'),
  ]
  expect(marksOf(events).map(({ title }) => title)).toEqual(['all', 'own', 'other'])
  expect(marksOf(events, 'a').map(({ title }) => title)).toEqual(['all', 'own'])
  expect(marksOf(events)[0]).toEqual({ at: 1.5, title: 'all', text: 'x', tone: 'error' })
})
