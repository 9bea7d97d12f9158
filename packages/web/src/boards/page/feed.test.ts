import { describe, expect, test } from 'vitest'
import type { BoardAnswer, BoardQuestion } from './ask-board.ts'
import { BoardFeed } from './feed.ts'

interface Sent {
  readonly ids: ReadonlyMap<string, string>
  readonly signal: AbortSignal
  told(expr: string): void
  end(error?: Error): void
}

/** A feed, and the requests that it makes. */
function stand(): { readonly feed: BoardFeed<object>; readonly sent: Sent[] } {
  const sent: Sent[] = []
  const feed = new BoardFeed<object>((queries, told, signal) => {
    return new Promise((resolve, reject) => {
      const ids = new Map(queries.map(({ expr, id }) => [expr ?? '', id]))
      sent.push({
        ids,
        signal,
        told: (expr) => told({ id: ids.get(expr)!, status: 'success', data: expr }),
        end: (error) => (error === undefined ? resolve() : reject(error)),
      })
    })
  })
  return { feed, sent }
}

const asking = (...exprs: string[]): ReadonlyMap<string, BoardQuestion> =>
  new Map(exprs.map((expr) => [`of ${expr}`, { expr, startMs: 0, endMs: 1 }]))

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))
const dataOf = (answers: ReadonlyMap<string, BoardAnswer>): unknown =>
  [...answers].map(([name, answer]) => [name, answer.status === 'success' ? answer.data : 'error'])

describe('questions of panels', () => {
  test('what is wanted at once is one request, doubles asked once', async () => {
    const { feed, sent } = stand()
    feed.want('1', {}, asking('a', 'b'))
    feed.want('2', {}, asking('b'))
    await turn()
    expect(sent.map(({ ids }) => [...ids.keys()])).toEqual([['a', 'b']])
    sent[0]!.told('b')
    expect(dataOf(feed.of('2').answers)).toEqual([['of b', 'b']])
    expect(feed.of('1').answers.size).toBe(0) // half an answer draws nothing
    sent[0]!.told('a')
    expect(feed.of('1')).toMatchObject({ version: 1, isAsking: false, failure: undefined })
  })

  test('a refresh keeps what is there until all of it is new', async () => {
    const { feed, sent } = stand()
    feed.want('1', {}, asking('a'))
    await turn()
    sent[0]!.told('a')
    feed.want('1', {}, asking('b'))
    await turn()
    expect(feed.of('1').isAsking).toBe(true)
    expect(dataOf(feed.of('1').answers)).toEqual([['of a', 'a']])
    sent[0]!.told('a') // late
    expect(dataOf(feed.of('1').answers)).toEqual([['of a', 'a']])
    sent[1]!.told('b')
    expect(dataOf(feed.of('1').answers)).toEqual([['of b', 'b']])
  })

  test('a request that nobody waits for any more is ended', async () => {
    const { feed, sent } = stand()
    feed.want('1', {}, asking('a'))
    feed.want('2', {}, asking('b'))
    await turn()
    feed.leave('1')
    expect(sent[0]!.signal.aborted).toBe(false)
    feed.want('2', {}, asking('c'))
    expect(sent[0]!.signal.aborted).toBe(true)
  })

  test('a request that fails is told to those who still wait', async () => {
    const { feed, sent } = stand()
    feed.want('1', {}, asking('a'))
    feed.want('2', {}, asking('b'))
    await turn()
    sent[0]!.told('a')
    sent[0]!.end(new Error('Weir does not answer'))
    await turn()
    expect(feed.of('1').failure).toBeUndefined()
    expect(feed.of('2')).toMatchObject({
      isAsking: false,
      failure: { message: 'Weir does not answer' },
    })
  })

  test('about the same, nothing is asked again', async () => {
    const { feed, sent } = stand()
    const about = {}
    feed.want('1', about, asking('a'))
    feed.want('1', about, asking('a'))
    await turn()
    sent[0]!.told('a')
    feed.want('1', about, asking('a'))
    await turn()
    expect(sent.length).toBe(1)
    expect(feed.of('1').about).toBe(about)
  })

  test('what was left before it was answered is asked for when somebody comes back', async () => {
    const { feed, sent } = stand()
    const about = {}
    feed.want('1', about, asking('a'))
    await turn()
    feed.leave('1')
    feed.want('1', about, asking('a'))
    await turn()
    expect(sent.length).toBe(2)
  })

  test('only the panel that is told something hears of it', async () => {
    const { feed, sent } = stand()
    const heard: string[] = []
    feed.listen('1', () => heard.push('1'))
    const silent = feed.listen('2', () => heard.push('2'))
    feed.want('1', {}, asking('a'))
    feed.want('2', {}, asking('b'))
    silent()
    await turn()
    sent[0]!.told('a')
    sent[0]!.told('b')
    expect(heard).toEqual(['1', '2', '1'])
  })
})
