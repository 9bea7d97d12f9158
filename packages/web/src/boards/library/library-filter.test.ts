import type { BoardRow } from '@weir/boards'
import { expect, test } from 'vitest'
import { type LibraryWish, boardsThatFit, foldersOf, tagsOf } from './library-filter.ts'

const row = (uid: string, more: Partial<BoardRow> = {}): BoardRow => ({
  uid,
  title: uid,
  description: '',
  tags: [],
  folder: '',
  origin: 'saved',
  panelCount: 1,
  updatedMs: 0,
  author: '',
  version: 1,
  ...more,
})
const ROWS = [
  row('b10', { folder: 'team/kafka', tags: ['kafka', 'lag'] }),
  row('b2', { folder: 'team', tags: ['kafka'], origin: 'file' }),
  row('air', { folder: 'Apache Airflow', origin: 'pack', description: 'Scheduler' }),
  row('loose'),
]

test.each<[LibraryWish, string[]]>([
  [{}, ['loose', 'air', 'b2', 'b10']],
  [{ q: 'KAFKA b' }, ['b2', 'b10']],
  [{ q: 'sched' }, ['air']],
  [{ q: 'none' }, []],
  [{ tag: 'lag' }, ['b10']],
  [{ folder: 'team' }, ['b2', 'b10']],
  [{ folder: 'team/kafka' }, ['b10']],
  [{ origin: 'pack' }, ['air']],
  [{ origin: 'own' }, ['loose', 'b2', 'b10']],
])('%j finds %j', (wish, want) => {
  expect(boardsThatFit(ROWS, wish, new Set()).map(({ uid }) => uid)).toEqual(want)
})

test('starred ones are first', () => {
  const found = boardsThatFit(ROWS, {}, new Set(['b10']))
  expect(found.map(({ uid }) => uid)).toEqual(['b10', 'loose', 'air', 'b2'])
})

test('tags by use, folders with those above them', () => {
  expect(tagsOf(ROWS)).toEqual(['kafka', 'lag'])
  expect(foldersOf(ROWS)).toEqual(['Apache Airflow', 'team', 'team/kafka'])
})
