import { expect, test } from 'vitest'
import { boardChoices } from './board-choices.ts'

const NAME = [{ variable: 'dag_id', part: 'name' }] as const
const WAY = [
  { variable: 'source', part: 'source' },
  { variable: 'destination', part: 'destination' },
] as const

test.each([
  ['orders', NAME, { 'var-dag_id': 'orders' }],
  ['(airflow)', NAME, {}],
  ['orders', [], {}],
  ['shop_a \u2192 Braze prod', WAY, { 'var-source': 'shop_a', 'var-destination': 'Braze prod' }],
  ['Braze prod', WAY, { 'var-destination': 'Braze prod' }],
])('%s', (pipeline, chosenBy, want) => {
  expect(boardChoices(chosenBy, pipeline)).toEqual(want)
})
