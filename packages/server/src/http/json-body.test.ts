import { request } from 'node:http'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { createHttp } from './app.ts'
import { standIn } from './testing/stand-in.ts'

test.each(['/api/v2/alerts', '/api/weir/v1/receivers/team/test'])(
  'of %s 16 bodies are read at a time; one more is refused and counted',
  async (path) => {
    const registry = new Registry()
    const telemetry = { registry, log: new Log(pino({ level: 'silent' })) }
    await using http = await createHttp(standIn({ telemetry }))
    const { url } = await http.listen({ host: '127.0.0.1', port: 0 })
    const headers = { 'content-type': 'application/json' }
    const statuses: number[] = []
    const posts = Array.from({ length: 17 }, () => request(url + path, { method: 'POST', headers }))
    const all = posts.map(async (post) => {
      const closed = new Promise<void>((resolve) => {
        post.on('error', () => resolve()).on('close', () => resolve())
      })
      post.on('response', ({ statusCode = 0 }) => {
        statuses.push(statusCode)
        for (const one of posts) one.destroy() // the others would wait for ever
      })
      post.write('[')
      await closed
    })
    await Promise.all(all)
    expect(statuses).toEqual([503])
    const refused = registry.collect().find(({ name }) => name === 'weir_http_refused_total')!
    expect(refused.samples.map(({ labels, value }) => `${labels.get('reason')} ${value}`)).toEqual([
      'PUSH_BUSY 1',
    ])
  },
)
