import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createHttp } from './app.ts'
import { standIn } from './testing/stand-in.ts'

test('with a page, links of Prometheus lead to the explorer, and InfluxDB has its /query', async () => {
  const webRoot = await mkdtemp(join(tmpdir(), 'weir-page-'))
  await writeFile(join(webRoot, 'index.html'), '<title>Weir</title>')
  try {
    await using http = await createHttp(standIn({ webRoot }))
    const ask = async (url: string): Promise<string> => {
      const { statusCode, headers, body } = await http.inject({ url })
      return `${statusCode} ${headers.location ?? body}`
    }
    expect(await ask('/graph?g0.expr=up')).toBe('302 /explore?expr=up')
    expect(await ask('/query?g0.expr=up%7Ba%3D%22b%22%7D')).toBe(
      '302 /explore?expr=up%7Ba%3D%22b%22%7D',
    )
    expect(await ask('/query')).toBe('302 /explore')
    expect(await ask('/query?q=SHOW+DATABASES')).toMatch(/^200 \{"results"/)
    expect(await ask('/targets')).toBe('200 <title>Weir</title>')
    const visit = async (url: string, accept: string): Promise<string> => {
      const { statusCode, body } = await http.inject({ url, headers: { accept } })
      return `${statusCode} ${body.slice(0, 20)}`
    }
    expect(await visit('/nowhere', 'text/html,*/*')).toBe('404 <title>Weir</title>')
    expect(await visit('/nowhere', '*/*')).toMatch(/^404 \{/)
    expect(await visit('/api/v1/nowhere', 'text/html')).toMatch(/^404 \{/)
    const link = async (url: string): Promise<unknown> => (await http.inject({ url })).headers.link
    expect(await link('/')).toBe(
      '</api/weir/v1/overview?window=1h>; rel=preload; as=fetch; crossorigin',
    )
    expect(await link('/?window=6h')).toContain('window=6h>')
    expect(await link('/?window=6h>;rel=x')).toContain('window=1h>')
    expect(await link('/targets')).toBeUndefined()
  } finally {
    await rm(webRoot, { recursive: true, force: true })
  }
})
