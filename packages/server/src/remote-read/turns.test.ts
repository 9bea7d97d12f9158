import { expect, test } from 'vitest'
import { Turns } from './turns.ts'

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('no more than so many are in at a time; who waits comes in order, or leaves', async () => {
  const turns = new Turns(1)
  const inside: string[] = []
  const come = async (name: string, signal = new AbortController().signal): Promise<() => void> => {
    const leave = await turns.enter(signal)
    inside.push(name)
    return leave
  }
  const leave = await come('first')
  const gone = new AbortController()
  const second = come('second', gone.signal)
  const third = come('third')
  gone.abort(new Error('client left'))
  await expect(second).rejects.toThrow('client left')
  await settle()
  expect(inside).toEqual(['first'])
  leave()
  leave() // twice is once
  const leaveThird = await third
  expect(inside).toEqual(['first', 'third'])
  leaveThird()
  await come('fourth')
  expect(inside).toEqual(['first', 'third', 'fourth'])
})

test('who has left already does not come in', async () => {
  const gone = AbortSignal.abort(new Error('client left'))
  await expect(new Turns(1).enter(gone)).rejects.toThrow('client left')
})
