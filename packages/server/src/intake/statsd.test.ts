import { afterEach, expect, test, vi } from 'vitest'
import type { Registry } from '../telemetry/registry.ts'
import { readMappings } from '../statsd/mapping-file.ts'
import {
  closeAll,
  linesCome,
  openTcp,
  page,
  sendUdp,
  start,
  value,
} from './testing/intake-stand.ts'

afterEach(closeAll)

test('packets become samples at the flush interval, in one commit', async () => {
  const weir = await start(
    {},
    'mappings: [{match: "job.*.runs", name: job_runs, labels: {job: "$1"}}]',
  )
  await sendUdp(weir, 'job.load.runs:1|c\njob.load.runs:2|c', 'depth:7|g')
  await linesCome(weir, 3)
  expect(weir.appender.commits).toEqual([])
  weir.clock.move(10_000)
  await vi.waitFor(() =>
    expect(weir.appender.commits).toEqual([['job_runs{job="load"} 3', 'depth 7']]),
  )
  expect(weir.appender.described).toEqual(['job_runs counter', 'depth gauge'])
  expect(weir.intake.status()[0]).toMatchObject({
    kind: 'statsd-udp',
    lines: 3,
    linesPerSecond: 0.3,
  })
})

test('stored bounds are spelled as Prometheus 3 does, the page’s as the exporter does', async () => {
  const weir = await start(
    {},
    'defaults: {observer_type: histogram, histogram_options: {buckets: [0.5, 1]}}',
  )
  await sendUdp(weir, 't:1|h')
  await linesCome(weir, 1)
  await weir.intake.flush()
  expect(weir.appender.commits[0]).toContain('t_bucket{le="1.0"} 1')
  expect(page(weir)).toContain('t_bucket{le="1"} 1')
})

test('TCP takes lines however they are torn, and the last without a newline', async () => {
  const weir = await start()
  const socket = await openTcp(weir)
  socket.write('a:1|c\r\na:')
  await linesCome(weir, 1)
  socket.end('2|c\nb:1|g')
  await linesCome(weir, 3)
  expect(page(weir)).toEqual(['a 3', 'b 1'])
})

test('a TCP line too long is refused and counted, the connection stays', async () => {
  const weir = await start({ max_line_bytes: 100 })
  const socket = await openTcp(weir)
  socket.write('x'.repeat(500))
  await linesCome(weir, 1)
  socket.end('xxx\na:1|c\n')
  await linesCome(weir, 2)
  expect(page(weir)).toEqual(['a 1'])
  const tcp = weir.intake.status().find(({ kind }) => kind === 'statsd-tcp')!
  expect(tcp.rejected).toEqual({ line_too_long: 1 })
})

test('TCP connections beyond the limit are closed and counted', async () => {
  const weir = await start({ max_tcp_connections: 1 })
  const first = await openTcp(weir)
  first.write('a:1|c\n')
  await linesCome(weir, 1)
  const second = await openTcp(weir)
  await new Promise((resolve) => second.on('close', resolve))
  first.end('a:1|c\n')
  await linesCome(weir, 2)
  expect(value(weir.registry, 'weir_statsd_connections_refused_total')).toBe(1)
})

test('senders that statsd.allow_from does not name are dropped and counted, others are not', async () => {
  const strict = await start({ allow_from: ['10.0.0.0/8'] })
  await sendUdp(strict, 'a:1|c', 'a:1|c')
  const socket = await openTcp(strict)
  socket.resume()
  await new Promise((resolve) => socket.on('close', resolve))
  const name = 'weir_statsd_senders_refused_total'
  await vi.waitFor(() => expect(values(strict.registry, name)).toEqual({ udp: 2, tcp: 1 }))
  expect(page(strict)).toEqual([])
  const kind = await start({ allow_from: ['127.0.0.0/8'] })
  await sendUdp(kind, 'a:1|c', 'a:1|c')
  await linesCome(kind, 2)
  expect(page(kind)).toEqual(['a 2'])
})

/** A counter by transport. */
function values(registry: Registry, name: string): Record<string, number> {
  const family = registry.collect().find((one) => one.name === name)
  const samples = family?.samples ?? []
  return Object.fromEntries(
    samples.map(({ labels, value: count }) => [labels.get('transport'), count]),
  )
}

test('a TCP connection that sends nothing is closed and counted', async () => {
  const weir = await start({ tcp_idle_timeout: '20ms' })
  const socket = await openTcp(weir)
  socket.resume()
  await new Promise((resolve) => socket.on('close', resolve))
  expect(value(weir.registry, 'weir_statsd_connections_idle_total')).toBe(1)
  expect(value(weir.registry, 'weir_statsd_read_errors_total')).toBe(0)
})

test('a TCP connection that breaks is counted, what it sent is kept', async () => {
  const weir = await start()
  const socket = await openTcp(weir)
  socket.write('a:1|c\n')
  await linesCome(weir, 1)
  socket.resetAndDestroy()
  await vi.waitFor(() => expect(value(weir.registry, 'weir_statsd_read_errors_total')).toBe(1))
  expect(page(weir)).toEqual(['a 1'])
})

test('refused lines are counted by reason and the newest is shown', async () => {
  const weir = await start()
  await sendUdp(weir, 'good:1|c\nbad\nworse:x|c')
  await linesCome(weir, 3)
  expect(weir.intake.status()[0]).toMatchObject({
    rejected: { malformed_line: 1, malformed_value: 1 },
    lastRejected: { line: 'worse:x', reason: 'malformed_value', atMs: 1_700_000_000_000 },
  })
  await weir.intake.flush()
  expect(value(weir.registry, 'weir_statsd_rejected_total')).toBe(2)
  expect(value(weir.registry, 'weir_statsd_lines_total')).toBe(3)
})

test('a commit that fails loses its samples, not the aggregates', async () => {
  const weir = await start()
  await sendUdp(weir, 'a:1|c')
  await linesCome(weir, 1)
  weir.appender.fails = true
  await weir.intake.flush()
  expect(value(weir.registry, 'weir_statsd_flushes_failed_total')).toBe(1)
  weir.appender.fails = false
  await weir.intake.flush()
  expect(weir.appender.commits).toEqual([['a 1']])
})

test('a series whose time is over ends with a stale marker', async () => {
  const weir = await start({ ttl: '15s' })
  await sendUdp(weir, 'a:1|c')
  await linesCome(weir, 1)
  await weir.intake.flush()
  weir.clock.ms += 15_001
  await weir.intake.flush()
  await weir.intake.flush()
  expect(weir.appender.commits).toEqual([['a 1'], ['a stale'], []])
})

test('closing writes what came last', async () => {
  const weir = await start()
  await sendUdp(weir, 'a:1|c')
  await linesCome(weir, 1)
  await closeAll()
  expect(weir.appender.commits).toEqual([['a 1']])
})

test('samples with a time are stored at it, between what is written at each flush', async () => {
  const weir = await start()
  await sendUdp(weir, 'past:7|g|T1699999990', 'live:1|c', 'live:2|c|T1699999995')
  await linesCome(weir, 3)
  await weir.intake.flush()
  expect(weir.appender.commits[0]).toEqual(['past 7', 'live 3', 'live 3'])
  expect(weir.appender.times[0]).toEqual([1_699_999_990_000, 1_699_999_995_000, 1_700_000_000_000])
  await weir.intake.flush() // nothing is written of a series that has no sample of now
  expect(weir.appender.commits[1]).toEqual(['live 3'])
})

test('a new mapping names new lines', async () => {
  const weir = await start({}, 'mappings: [{match: a, name: b}]')
  await sendUdp(weir, 'a:1|c')
  await linesCome(weir, 1)
  expect(page(weir)).toEqual(['b 1'])
  weir.intake.reload(readMappings([{ file: 'new.yml', text: 'mappings: [{match: a, name: c}]' }]))
  await sendUdp(weir, 'a:1|c')
  await linesCome(weir, 2)
  expect(page(weir)).toEqual(['b 1', 'c 1'])
})

test('a port in use is told with what to do', async () => {
  const weir = await start()
  const listen = `127.0.0.1:${weir.port('statsd-udp')}`
  await expect(start({ listen })).rejects.toMatchObject({
    code: 'ADDRESS_IN_USE',
    message: expect.stringContaining(`UDP "${listen}"`) as string,
  })
  const tcpListen = `127.0.0.1:${weir.port('statsd-tcp')}`
  await expect(start({ listen: '', tcp_listen: tcpListen })).rejects.toMatchObject({
    code: 'ADDRESS_IN_USE',
  })
})

test('it listens where it is told, or nowhere', async () => {
  const none = await start({ listen: '' })
  expect(none.intake.addresses).toEqual([])
  const udp = await start({ tcp_listen: '' })
  expect(udp.intake.addresses.map(({ kind }) => kind)).toEqual(['statsd-udp'])
  const six = await start({ listen: '[::1]:0' })
  expect(six.intake.addresses[0]!.address).toMatch(/^\[::1\]:\d+$/)
})

test('garbage of every kind leaves it standing', async () => {
  const weir = await start()
  const garbage = [
    ']:[',
    '|#|#:|:',
    '\0\0\0',
    'a:1|c|#__name__:x',
    ':'.repeat(5000),
    'é'.repeat(9000),
  ]
  await sendUdp(weir, ...garbage, 'a:1|c')
  await vi.waitFor(() => expect(page(weir)).toContain('a 1'))
  expect(page(weir)).toContain('a{exported___name__="x"} 1')
})

test('a metric at its limit is logged once, counted by name, and told with its labels', async () => {
  const weir = await start({ max_series_per_metric: 2 })
  await sendUdp(weir, 'a:1|c|#id:1\na:1|c|#id:2\na:1|c|#id:3\na:1|c|#id:4')
  await linesCome(weir, 4)
  await weir.intake.flush()
  expect(value(weir.registry, 'weir_statsd_series_refused_total')).toBe(2)
  const limited = weir.log.filter((line) => line.includes('as many series as it may'))
  expect(limited).toHaveLength(1)
  expect(limited[0]).toContain('"metric":"a"')
  expect(limited[0]).toContain('"name":"id","values":2')
  const { metrics } = await weir.intake.cardinality()
  expect(metrics[0]).toMatchObject({ metric: 'a', series: 2, limit: 2, refused: 2 })
})

test('text in a gauge is counted each time, logged once a name, and hides nothing', async () => {
  const weir = await start()
  await sendUdp(weir, 'bad', 'job.path:s3://b/1|g\njob.path:s3://b/2|g', 'job.state:RUNNING|g')
  await linesCome(weir, 4)
  const status = weir.intake.status()[0]!
  expect(status.rejected).toEqual({ malformed_line: 1, text_gauge: 3 })
  expect(status.lastRejected).toMatchObject({ line: 'bad' })
  const logged = weir.log.filter((line) => line.includes('holds text'))
  expect(logged.map((line) => (JSON.parse(line) as { readonly line: string }).line)).toEqual([
    'job.path:s3://b/1',
    'job.state:RUNNING',
  ])
})

test('a name in use for another type is logged once and counted by name', async () => {
  const weir = await start()
  await sendUdp(weir, 'a:1|c', 'a:1|g', 'a:2|g', 'a:2|g|#k:v')
  await linesCome(weir, 4)
  await weir.intake.flush()
  await weir.intake.flush()
  expect(weir.log.filter((line) => line.includes('in use for another type'))).toHaveLength(1)
  expect(value(weir.registry, 'weir_statsd_conflicts_total')).toBe(2) // two series
  expect(value(weir.registry, 'weir_statsd_rejected_total')).toBe(3) // three lines
})
