import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, sendUdp, startWeir, value, weir } from './weir-process.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-refuse-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const free = ['--listen', '127.0.0.1:0', '--statsd-listen', '127.0.0.1:0'] as const

/** Starts that must not succeed: exit code 2 and a sentence that says where and what. */
async function refused(...flags: readonly string[]): Promise<string> {
  const dataDir = flags.includes('--data-dir') ? [] : ['--data-dir', join(folder, 'data')]
  const { code, err } = await weir('serve', ...free, ...dataDir, ...flags)
  expect(code, err).toBe(2)
  return err
}

describe('weir serve refuses to start, and says why', () => {
  test('a key that does not exist', async () => {
    const err = await refused('--config', file('key.yml', 'statsd:\n  listen_on: 127.0.0.1:1\n'))
    expect(err).toContain('key.yml:2: statsd.listen_on: there is no such key')
  })

  test('a value of the wrong kind', async () => {
    const err = await refused('--config', file('value.yml', 'global:\n  scrape_interval: often\n'))
    expect(err).toMatch(/value\.yml:2: global\.scrape_interval: want a duration such as 15s/)
  })

  test('a section that is not done yet', async () => {
    const err = await refused(
      '--config',
      file('later.yml', 'remote_read:\n  - url: http://127.0.0.1/\n'),
    )
    expect(err).toContain('later.yml:1: remote_read: reading from elsewhere is not supported yet')
  })

  test('YAML that is not', async () => {
    expect(await refused('--config', file('broken.yml', 'a: [\n'))).toMatch(/broken\.yml:\d+:/)
  })

  test('a bad mapping file', async () => {
    const path = file('mapping.yml', 'mappings:\n  - match: a.*\n    naame: x\n')
    expect(await refused('--statsd.mapping-config', path)).toMatch(/mapping\.yml:3: .*naame/)
  })

  test('a broken rule file', async () => {
    const path = file(
      'rules.yml',
      'groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: sum(\n',
    )
    expect(await refused('--rules', path)).toMatch(/rules\.yml.*(line 5|:5)/)
  })

  test('a file that is not there', async () => {
    expect(await refused('--config', join(folder, 'nowhere.yml'))).toContain(
      'there is no such file',
    )
  })

  test('listening beyond this machine', async () => {
    expect(await refused('--listen', '0.0.0.0:0')).toContain('--insecure')
    const open = file('grpc.yml', "otlp_receiver:\n  grpc_listen: ':4317'\n")
    expect(await refused('--config', open)).toMatch(/":4317": .* write metrics; .* --insecure/)
    const bad = file('grpc-host.yml', 'otlp_receiver:\n  grpc_listen: here\n')
    expect(await refused('--config', bad)).toContain('otlp_receiver.grpc_listen "here": want host')
  })

  test('a port in use', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const err = await refused('--listen', `127.0.0.1:${port}`)
    expect(err).toContain(`${port}`)
    expect(err).toMatch(/another program/)
    const statsd = await refused('--statsd-listen', `127.0.0.1:${port}`)
    expect(statsd).toMatch(/another program/)
    other.close()
  })

  test('a data directory that another Weir has', async () => {
    await using first = await startWeir()
    const err = await refused('--data-dir', first.dataDir)
    expect(err).toMatch(/locked|in use|has it/i)
  })

  test('a data directory that is a file', async () => {
    expect(await refused('--data-dir', file('not-a-folder', ''))).toContain('not-a-folder')
  })
})

describe('what others do wrong costs nothing beside it', () => {
  test('a target that answers garbage, one that never answers, one that is not there', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/garbage') response.end('<html>{{{ not metrics\u0000')
      // anything else: never answers
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const target = (job: string, path: string, at: number): string =>
      `  - { job_name: ${job}, metrics_path: ${path}, static_configs: [{ targets: ['127.0.0.1:${at}'] }] }\n`
    const config = `
statsd: { flush_interval: 200ms }
global: { scrape_interval: 1s, scrape_timeout: 500ms }
scrape_configs:
${target('garbage', '/garbage', port)}${target('silent', '/silent', port)}${target('away', '/', 1)}`
    await using process_ = await startWeir({ config })
    for (const job of ['garbage', 'silent', 'away']) {
      await eventually(
        `up 0 of ${job}`,
        async () => (await value(process_.web, `up{job="${job}"}`)) === 0,
      )
    }
    await eventually('itself', async () => (await value(process_.web, 'up{job="weir"}')) === 1)
    server.closeAllConnections()
    server.close()
  })

  test('a query that does not parse says where', async () => {
    await using process_ = await startWeir()
    const answer = await fetch(`${process_.web}/api/v1/query?query=sum(rate(x[5m])`)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      status: 'error',
      errorType: 'bad_data',
      error: expect.stringMatching(/1:\d+/) as string,
    })
  })

  test('what is not there, and what cannot be read, is said in the API’s own form', async () => {
    await using process_ = await startWeir()
    const ask = async (path: string): Promise<unknown> => {
      const answer = await fetch(`${process_.web}${path}`)
      return [answer.status, ((await answer.json()) as { errorType: string }).errorType]
    }
    expect(await ask('/api/weir/v1/pipelines/airflow/nope')).toEqual([404, 'not_found'])
    expect(await ask('/api/weir/v1/packs/nope')).toEqual([404, 'not_found'])
    expect(await ask('/api/weir/v1/overview?window=1')).toEqual([400, 'bad_data'])
    expect(await ask('/api/v1/nope')).toEqual([404, 'not_found'])
  })

  test('random bytes on the StatsD port', async () => {
    await using process_ = await startWeir({ config: 'statsd: { flush_interval: 200ms }' })
    const noise = Array.from({ length: 200 }, (_, i) =>
      String.fromCodePoint(
        ...Array.from({ length: 60 }, (__, j) => 1 + ((i * 7919 + j * 104_729) % 1000)),
      ),
    )
    await sendUdp(process_.statsdPort, [...noise, 'still.here:1|c'])
    await eventually('the good line', async () => (await value(process_.web, 'still_here')) === 1)
  })
})

test('weir check finds what serve would refuse', async () => {
  mkdirSync(join(folder, 'check'), { recursive: true })
  const good = file('good.yml', 'statsd:\n  flush_interval: 5s\n')
  expect((await weir('check', 'config', good)).code).toBe(0)
  const bad = file('bad.yml', 'nonsense: 1\n')
  const { code, err } = await weir('check', 'config', bad)
  expect(code).toBe(1)
  expect(err).toContain('bad.yml:1: nonsense')
})
