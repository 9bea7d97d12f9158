import { expect, test, vi } from 'vitest'
import { Delivery } from './delivery.ts'
import type { PostOutcome } from './http-post.ts'

const TAKEN: PostOutcome = { kind: 'taken' }
const LATER: PostOutcome = { kind: 'later', why: 'away' }

function stand(answers: readonly PostOutcome[]): {
  delivery: Delivery
  sent: string[]
  errors: string[]
} {
  const sent: string[] = []
  const errors: string[] = []
  let count = 0
  const delivery = new Delivery({
    send: (body) => {
      const answer = answers[count++] ?? TAKEN
      if (answer.kind === 'taken') sent.push(Buffer.from(body).toString())
      return Promise.resolve(answer)
    },
    queueBytesMax: 10,
    firstPauseMs: 100,
    lastPauseMs: 1000,
    onError: (error) => errors.push(error.message),
  })
  return { delivery, sent, errors }
}

test('bodies go in order; a failure is waited out and told once a row', async () => {
  vi.useFakeTimers()
  try {
    const { delivery, sent, errors } = stand([TAKEN, LATER, LATER, LATER])
    for (const body of ['a', 'b', 'c']) delivery.push(Buffer.from(body))
    await vi.advanceTimersByTimeAsync(0)
    expect(sent).toEqual(['a'])
    await vi.advanceTimersByTimeAsync(100 + 200 + 400)
    expect(sent).toEqual(['a', 'b', 'c'])
    expect(errors).toEqual(['Receiver does not take metrics: away'])
    expect(delivery.stats()).toEqual({ sent: 3, dropped: 0, queuedBytes: 0 })
  } finally {
    vi.useRealTimers()
  }
})

test('while the receiver is away the oldest give way to the newest', async () => {
  vi.useFakeTimers()
  try {
    const { delivery, sent } = stand([LATER])
    delivery.push(Buffer.from('first'))
    await vi.advanceTimersByTimeAsync(0)
    for (const body of ['aaaa', 'bbbb', 'cccc']) delivery.push(Buffer.from(body))
    expect(delivery.stats()).toEqual({ sent: 0, dropped: 2, queuedBytes: 8 })
    await vi.advanceTimersByTimeAsync(100)
    expect(sent).toEqual(['bbbb', 'cccc'])
  } finally {
    vi.useRealTimers()
  }
})

test('what is refused is dropped, told, and does not stop the rest', async () => {
  const { delivery, sent, errors } = stand([{ kind: 'refused', why: 'answer 400: bad' }])
  delivery.push(Buffer.from('bad'))
  delivery.push(Buffer.from('good'))
  await delivery.flush(1000)
  expect(sent).toEqual(['good'])
  expect(errors).toEqual(['Cannot deliver 3 bytes: answer 400: bad'])
  expect(delivery.stats()).toEqual({ sent: 1, dropped: 1, queuedBytes: 0 })
})

test('a flush tries at once what waits, and gives up at its deadline', async () => {
  vi.useFakeTimers()
  try {
    const { delivery, sent } = stand([LATER, LATER, LATER, LATER, LATER, LATER, LATER, LATER])
    delivery.push(Buffer.from('a'))
    await vi.advanceTimersByTimeAsync(0)
    const flushed = vi.fn<() => void>()
    void delivery.flush(300).then(flushed)
    await vi.advanceTimersByTimeAsync(299)
    expect(flushed).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(flushed).toHaveBeenCalled()
    expect(sent).toEqual([])
    delivery.close()
    expect(delivery.stats().dropped).toBe(1)
  } finally {
    vi.useRealTimers()
  }
})
