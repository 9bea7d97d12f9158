import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterEach, expect, test } from 'vitest'
import { METADATA_SERVICES, fence, setFenceRules } from './fence.ts'
import { readRules, sharedRules, versionOf, writeRules } from './shared-rules.ts'

afterEach(() => setFenceRules({ allow: [], deny: METADATA_SERVICES }))

test('rules are read as they were written, and each change has its number', () => {
  const rules = { allow: ['10.0.0.0/8'], deny: Array.from({ length: 1000 }, (_, i) => `h${i}.é`) }
  const memory = sharedRules(rules)
  expect(readRules(memory).rules).toEqual(rules)
  const { version } = readRules(memory)
  writeRules(memory, { allow: [], deny: ['a'] })
  expect(versionOf(memory)).not.toBe(version)
  expect(readRules(memory)).toEqual({
    rules: { allow: [], deny: ['a'] },
    version: versionOf(memory),
  })
})

test('the fence is another one once its rules have changed, and only then', () => {
  setFenceRules({ allow: [], deny: ['a.example'] })
  const one = fence()
  expect(fence()).toBe(one)
  setFenceRules({ allow: [], deny: ['b.example'] })
  expect(fence()).not.toBe(one)
})

/** Says of each host that it is told whether this thread may connect to it. */
const THREAD = `
  const { parentPort, workerData } = require('node:worker_threads')
  import(workerData).then(({ fence }) => {
    const look = (host) => {
      try {
        fence().checkHost('scrape', host)
        return 'may'
      } catch (error) {
        return error.message
      }
    }
    parentPort.on('message', (host) => parentPort.postMessage(look(host)))
  })
`

test('a thread that runs already sees other rules at once', async () => {
  setFenceRules({ allow: [], deny: ['a.example'] })
  const built = new URL('../../dist/fence/fence.js', import.meta.url).href
  const thread = new Worker(THREAD, { eval: true, workerData: built, execArgv: [] })
  const ask = async (host: string): Promise<string> => {
    const answer = once(thread, 'message') as Promise<[string]>
    thread.postMessage(host)
    return (await answer)[0]
  }
  try {
    expect(await ask('a.example')).toContain('network.outgoing.deny')
    setFenceRules({ allow: [], deny: ['b.example'] })
    expect(await ask('a.example')).toBe('may')
    expect(await ask('b.example')).toContain('network.outgoing.deny')
  } finally {
    await thread.terminate()
  }
})

test('what was read is never half of one and half of another', async () => {
  const lists = [['a'], Array.from({ length: 200 }, (_, i) => `${i}.example.org`)]
  const memory = sharedRules({ allow: [], deny: lists[0]! })
  const writer = new Worker(
    `
      const { workerData } = require('node:worker_threads')
      const { memory, lists, built } = workerData
      import(built).then(({ writeRules }) => {
        for (let i = 1; i <= 100; i++) writeRules(memory, { allow: [], deny: lists[i % 2] })
      })
    `,
    {
      eval: true,
      execArgv: [],
      workerData: {
        memory,
        lists,
        built: new URL('../../dist/fence/shared-rules.js', import.meta.url).href,
      },
    },
  )
  const over = new AbortController()
  writer.once('exit', () => over.abort())
  const lengths = new Set<number>()
  while (!over.signal.aborted) {
    for (let i = 0; i < 20; i++) lengths.add(readRules(memory).rules.deny.length)
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
  expect([...lengths].filter((length) => length !== 1 && length !== 200)).toEqual([])
  expect(versionOf(memory)).toBe(2 * 101)
})
