import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { IntakeStatus } from '@weir/packs'
import { type WeirProcess, getJson, startWeir, value } from '../weir-process.ts'
import { isDocumented, nodeWith, pythonWith } from './kit.ts'
import { waitForValues } from './values.ts'

/** StatsD clients of other people, unmodified, against a real Weir: what they were told to count is what is there. */

const HOT_SHOTS = '17.1.1'
const STATSD_CLIENT = '0.4.7'
const PYTHON_STATSD = '4.0.1'
const DATADOG = '0.56.0'

const hotShots = nodeWith(`hot-shots@${HOT_SHOTS}`)
const statsdClient = nodeWith(`statsd-client@${STATSD_CLIENT}`)
const pythonStatsd = pythonWith(`statsd==${PYTHON_STATSD}`)
const datadog = pythonWith(`datadog==${DATADOG}`)

let weir: WeirProcess

beforeAll(async () => {
  weir = await startWeir({ config: 'statsd: { flush_interval: 1s }\n' })
})
afterAll(async () => weir[Symbol.asyncDispose]())

const expectValues = (wanted: Readonly<Record<string, number>>): Promise<void> =>
  waitForValues(weir.web, wanted)

/** Why lines were refused, all sockets together. */
async function refusals(): Promise<Set<string>> {
  const intakes = await getJson<readonly IntakeStatus[]>(`${weir.web}/api/weir/v1/intakes`)
  return new Set(intakes.flatMap(({ rejected }) => Object.keys(rejected)))
}

describe.skipIf(hotShots === undefined)('hot-shots', () => {
  test('by UDP, with tags as DogStatsD writes them', async () => {
    await hotShots!.send('use-hot-shots.cjs', 'udp', weir.statsdPort)
    await expectValues({
      'shots_udp_orders{region="eu-west:1",env="test"}': 500,
      shots_udp_sampled: 1,
      'shots_udp_depth{queue="a b"}': 42,
      'shots_udp_depth{queue="other"}': 17,
      shots_udp_request_sum: 0.25,
      shots_udp_size_sum: 12.5,
      shots_udp_spread_count: 1,
      'max_over_time(shots_udp_users[1m])': 2,
    })
    expect(isDocumented('hot-shots', HOT_SHOTS)).toBe(true)
  })

  test('by TCP, with tags as Telegraf writes them', async () => {
    await hotShots!.send('use-hot-shots.cjs', 'tcp', weir.statsdTcpPort, 'telegraf')
    await expectValues({
      'shots_tcp_orders{region="eu=west",env="test"}': 500,
      'shots_tcp_depth{queue="a b"}': 42,
      shots_tcp_request_sum: 0.25,
    })
  })
})

describe.skipIf(statsdClient === undefined)('statsd-client', () => {
  test('by UDP', async () => {
    await statsdClient!.send('use-statsd-client.cjs', weir.statsdPort)
    await expectValues({
      plain_orders: 300,
      plain_depth: 35,
      plain_request_sum: 0.125,
      'max_over_time(plain_users[1m])': 2,
    })
    expect(isDocumented('statsd-client', STATSD_CLIENT)).toBe(true)
  })
})

describe.skipIf(pythonStatsd === undefined)('statsd of Python', () => {
  test.each(['udp', 'tcp'] as const)('by %s', async (protocol) => {
    const port = protocol === 'udp' ? weir.statsdPort : weir.statsdTcpPort
    const before = (await value(weir.web, 'py_orders')) ?? 0
    await pythonStatsd!.send('use_statsd.py', protocol, port)
    await expectValues({
      py_orders: before + 200,
      py_depth: 7,
      'max_over_time(py_users[1m])': 2,
      'py_request_sum / py_request_count': 0.32,
    })
    expect(isDocumented('statsd (Python)', PYTHON_STATSD)).toBe(true)
  })
})

describe.skipIf(datadog === undefined)('datadog of Python', () => {
  test('by UDP', async () => {
    await datadog!.send('use_datadog.py', weir.statsdPort)
    await expectValues({
      'dd_orders{region="eu-west:1",env="test"}': 400,
      'dd_depth{queue="a_b"}': 12.5,
      dd_size_sum: 3,
      dd_spread_count: 1,
      dd_request_sum: 0.32,
      'max_over_time(dd_users[1m])': 2,
    })
    expect(isDocumented('datadog (Python)', DATADOG)).toBe(true)
  })
})

test('good clients are refused nothing but the decrement of a counter', async () => {
  expect([...(await refusals())]).toEqual(['illegal_negative_counter'])
})
