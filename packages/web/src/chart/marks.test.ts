import { expect, test } from 'vitest'
import { type Mark, gravestByPixel, marksNear } from './marks.ts'

const mark = (at: number, tone: Mark['tone'] = 'info'): Mark => ({ at, tone, title: '', text: '' })

test('where several fall on one pixel the gravest is seen', () => {
  const marks = [mark(1.1, 'success'), mark(0.9), mark(1.4, 'error'), mark(1.3, 'warning'), mark(5)]
  expect([...gravestByPixel(marks, (at) => at)]).toEqual([
    [1, 'error'],
    [5, 'info'],
  ])
})

test('marks near the pointer, nearest first', () => {
  const marks = [mark(10), mark(12), mark(20), mark(13)]
  expect(marksNear(marks, 12.2, 2.2).map(({ at }) => at)).toEqual([12, 13, 10])
  expect(marksNear(marks, 30, 5)).toEqual([])
})
