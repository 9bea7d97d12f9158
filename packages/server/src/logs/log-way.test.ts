import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Labels, type LogBatch, LogBatchBuilder, type LogSink, WeirError } from '@weir/model'
import { expect, test } from 'vitest'
import { LogWay, serveWay } from './log-way.ts'

function batchOf(line: string): LogBatch {
  const builder = new LogBatchBuilder()
  builder.add(builder.stream(Labels.of({ b: '2', a: '1' })), 7n, 9, line, '{"x":"y"}')
  return builder.finish()
}

const nextPort = (main: MessagePort): Promise<MessagePort> =>
  new Promise((resolve) => main.once('message', resolve))

test('a batch waits in its way until somebody serves the other end, and arrives whole', async () => {
  const { port1, port2 } = new MessageChannel()
  const way = new LogWay(port2)
  const sent = batchOf('first')
  const first = way.append(sent)
  expect(sent.text.byteLength).toBe(0) // it changed hands
  const second = way.append(batchOf('é'))
  const taken: LogBatch[] = []
  const store: LogSink = {
    append: async (batch) => {
      taken.push(batch)
      return { appended: batch.count, rejected: { too_old: 1 }, example: 'e' }
    },
  }
  serveWay(await nextPort(port1), store)
  const report = { appended: 1, rejected: { too_old: 1 }, example: 'e' }
  expect(await Promise.all([first, second])).toEqual([report, report])
  expect(taken).toEqual([batchOf('first'), batchOf('é')])
  expect(taken[0]!.streams[0]!.get('a')).toBe('1')
  way[Symbol.dispose]()
  port1.close()
})

test('what the store says no to comes back with its code', async () => {
  const { port1, port2 } = new MessageChannel()
  const way = new LogWay(port2)
  const refused = way.append(batchOf('x'))
  const store: LogSink = {
    append: async () => {
      throw new WeirError('STORAGE_BUSY', 'Cannot take 1 lines now')
    },
  }
  serveWay(await nextPort(port1), store)
  await expect(refused).rejects.toMatchObject({ code: 'STORAGE_BUSY' })
  way[Symbol.dispose]()
  port1.close()
})
