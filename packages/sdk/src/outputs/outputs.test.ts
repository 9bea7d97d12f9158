import { type IncomingMessage, createServer } from 'node:http'
import { createSocket } from 'node:dgram'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { Registry } from '../metrics/registry.ts'
import { pipeline } from '../pipeline/pipeline.ts'
import { exportMetrics } from './export.ts'
import { fastifyMetrics, metricsHandler, metricsRoute, prometheusPage } from './prometheus.ts'
import { otlp, remoteWrite } from './push.ts'
import { dogStatsd, statsd } from './statsd.ts'

const SERVICE = { name: 'orders', instance: 'one' }

function registered(): Registry {
  const registry = new Registry()
  registry.counter({ name: 'a_total', help: 'A', labels: ['x'] }).inc(3, { x: 'y' })
  return registry
}

interface Received {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

async function listen(
  answer: (count: number) => number,
): Promise<{ url: string; received: Received[]; close: () => void }> {
  const received: Received[] = []
  let count = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const status = answer(count++)
      const { url = '', headers } = request
      if (status < 300) received.push({ path: url, headers, body: Buffer.concat(chunks) })
      response.writeHead(status).end('because')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): void => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, close }
}

describe('the page', () => {
  test('is served under its path alone, and not after close', async () => {
    const metrics = exportMetrics({ source: registered(), outputs: [prometheusPage({ port: 0 })] })
    await metrics.ready
    const { url } = metrics.stats()['prometheus']!
    const answer = await fetch(url!)
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(await answer.text()).toContain('a_total{x="y"} 3\n')
    expect((await fetch(url!, { method: 'HEAD' })).headers.get('content-length')).not.toBe('0')
    expect((await fetch(url!.replace('/metrics', '/'))).status).toBe(404)
    expect((await fetch(url!, { method: 'POST' })).status).toBe(405)
    await metrics.close()
    await expect(fetch(url!)).rejects.toThrow()
  })

  test('on a port that is taken tells it and lets the pipeline go on', async () => {
    const first = exportMetrics({ source: registered(), outputs: [prometheusPage({ port: 0 })] })
    await first.ready
    const port = Number(new URL(first.stats()['prometheus']!.url!).port)
    const errors: string[] = []
    const second = exportMetrics({
      source: registered(),
      outputs: [prometheusPage({ port })],
      onError: (error, output) => {
        errors.push(`${output}: ${error.message}`)
        throw new Error('of the handler itself')
      },
    })
    await second.ready
    await second.close()
    await first.close()
    expect(errors).toEqual([`prometheus: Cannot serve metrics on 127.0.0.1:${port}`])
  })

  test('through the handlers of other servers', async () => {
    const server = createServer((request, response) => {
      void metricsHandler(registered())(request, response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const node = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    server.closeAllConnections()
    server.close()
    const accept = 'application/openmetrics-text; version=1.0.0'
    const web = await metricsRoute(registered())(new Request('http://x/', { headers: { accept } }))
    const headers: string[] = []
    const fastify = await fastifyMetrics(registered())(
      { headers: {} },
      { header: (name, value) => headers.push(name, value) },
    )
    expect(node).toBe(fastify)
    expect(headers[1]).toContain('version=0.0.4')
    expect(web.headers.get('content-type')).toContain('openmetrics')
    expect(await web.text()).toMatch(/# TYPE a counter\na_total\{x="y"\} 3\n# EOF\n$/)
  })

  test('of a source that fails is 500, without its words', async () => {
    const source = { collect: () => Promise.reject(new Error('secret')) }
    const metrics = exportMetrics({ source, outputs: [prometheusPage({ port: 0 })] })
    await metrics.ready
    const answer = await fetch(metrics.stats()['prometheus']!.url!)
    expect([answer.status, await answer.text()]).toEqual([500, ''])
    await metrics.close()
  })
})

describe('pushes', () => {
  test('go to the path of their protocol with the headers that it wants', async () => {
    const receiver = await listen(() => 204)
    const metrics = exportMetrics({
      source: registered(),
      service: SERVICE,
      outputs: [
        remoteWrite({ url: receiver.url, headers: { authorization: 'Bearer x' } }),
        otlp({ url: `${receiver.url}/custom/metrics` }),
      ],
    })
    await metrics.close()
    receiver.close()
    const byPath = Object.fromEntries(receiver.received.map((one) => [one.path, one]))
    expect(byPath['/api/v1/write']?.headers).toMatchObject({
      'content-encoding': 'snappy',
      'content-type': 'application/x-protobuf',
      'x-prometheus-remote-write-version': '0.1.0',
      authorization: 'Bearer x',
    })
    expect(JSON.parse(byPath['/custom/metrics']!.body.toString())).toMatchObject({
      resourceMetrics: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'orders' } }, {}] },
          scopeMetrics: [
            {
              metrics: [
                {
                  name: 'a_total',
                  sum: { isMonotonic: true, dataPoints: [{ asDouble: 3 }] },
                },
                {},
                {},
                {},
              ],
            },
          ],
        },
      ],
    })
    expect(metrics.stats()).toMatchObject({ remote_write: { sent: 1 }, otlp: { sent: 1 } })
  })

  test('are tried again when the receiver comes back', async () => {
    const receiver = await listen((count) => (count === 0 ? 503 : 200))
    const errors: string[] = []
    const metrics = exportMetrics({
      source: registered(),
      outputs: [otlp({ url: receiver.url })],
      onError: (error) => errors.push(error.message),
    })
    await metrics.flush()
    await metrics.close()
    receiver.close()
    expect(errors).toEqual(['Receiver does not take metrics: answer 503: because'])
    expect(metrics.stats()['otlp']).toEqual({ sent: 2, dropped: 0, queuedBytes: 0 })
  })

  test('with nobody there end at the deadline, and what is lost is counted', async () => {
    const metrics = exportMetrics({
      source: registered(),
      outputs: [remoteWrite({ url: 'http://127.0.0.1:1', flushTimeoutMs: 20 })],
    })
    await metrics.close()
    expect(metrics.stats()['remote_write']).toMatchObject({ sent: 0, dropped: 1, queuedBytes: 0 })
  })

  test('to no address at all are a mistake of the set-up', () => {
    expect(() => otlp({ url: '127.0.0.1' })).toThrow(/Invalid URL/)
  })
})

describe('StatsD', () => {
  test('by UDP sends what was added since the last flush', async () => {
    const packets: string[] = []
    const socket = createSocket('udp4')
    let arrived = (): void => {}
    socket.on('message', (packet) => {
      packets.push(packet.toString())
      arrived()
    })
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    const next = async (flushed: Promise<void>): Promise<string[]> => {
      const packet = new Promise<void>((resolve) => (arrived = resolve))
      await flushed
      await packet
      return packets
        .splice(0)
        .flatMap((text) => text.split('\n'))
        .filter((line) => !line.startsWith('weir_sdk_'))
    }
    const { port } = socket.address()
    const registry = registered()
    const metrics = exportMetrics({ source: registry, outputs: [dogStatsd({ port })] })
    const stage = pipeline('orders', { meter: registry }).stage('sink')
    stage.records(4)
    stage.latency(0.25)
    const first = await next(metrics.flush())
    expect(first).toContain('a_total:3|c|#x:y')
    expect(first).toContain('weir.stage.records:4|c|#pipeline:orders,stage:sink')
    expect(first).toContain('weir.stage.latency:250|ms|#pipeline:orders,stage:sink')
    stage.records(2)
    const second = await next(metrics.flush())
    expect(second).toContain('weir.stage.records:2|c|#pipeline:orders,stage:sink')
    expect(second.filter((line) => /a_total|latency/.test(line))).toEqual([])
    await metrics.close()
    socket.close()
  })

  test('by a Unix stream waits with its counts until somebody listens', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weir-sdk-'))
    const socketPath = join(folder, 'statsd.sock')
    const errors: string[] = []
    const registry = registered()
    const metrics = exportMetrics({
      source: registry,
      outputs: [dogStatsd({ socketPath })],
      onError: (error) => errors.push(error.message),
    })
    await metrics.flush()
    const frames: string[] = []
    const whole = new Promise<void>((resolve) => {
      const server = createTcpServer((socket) => {
        let bytes = Buffer.alloc(0)
        socket.on('data', (chunk: Buffer) => {
          bytes = Buffer.concat([bytes, chunk])
          while (bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32LE()) {
            const end = 4 + bytes.readUInt32LE()
            frames.push(bytes.subarray(4, end).toString())
            bytes = bytes.subarray(end)
          }
        })
        socket.on('end', () => {
          server.close()
          resolve()
        })
      })
      server.listen(socketPath)
    })
    await vi.waitFor(
      async () => {
        await metrics.flush()
        expect(metrics.stats()['dogstatsd']!.sent).toBeGreaterThan(0)
      },
      { timeout: 20_000 },
    )
    await metrics.close()
    await whole
    rmSync(folder, { recursive: true })
    expect(frames.join('\n')).toContain('a_total:3|c|#x:y')
    expect(errors).toEqual([`Cannot send StatsD to ${socketPath}`])
  })

  test('to a port where nobody listens loses packets and nothing else', async () => {
    const metrics = exportMetrics({ source: registered(), outputs: [statsd({ port: 1 })] })
    await metrics.flush()
    await metrics.flush()
    await metrics.close()
    expect(metrics.stats()['statsd']!.queuedBytes).toBe(0)
  })
})
