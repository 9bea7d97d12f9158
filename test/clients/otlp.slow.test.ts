import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type WeirProcess, startWeir, value } from '../weir-process.ts'
import { type Client, isDocumented, nodeWith, pythonWith } from './kit.ts'

/** OpenTelemetry's own SDKs, unmodified, exporting to a real Weir. */

const JS_SDK = '3.1.1'
const JS_EXPORTERS = '0.301.0'
const PYTHON_SDK = '1.45.2'

const js = nodeWith(
  '@opentelemetry/api@1.10.0',
  `@opentelemetry/sdk-metrics@${JS_SDK}`,
  `@opentelemetry/resources@${JS_SDK}`,
  `@opentelemetry/exporter-metrics-otlp-proto@${JS_EXPORTERS}`,
  `@opentelemetry/exporter-metrics-otlp-http@${JS_EXPORTERS}`,
  `@opentelemetry/exporter-metrics-otlp-grpc@${JS_EXPORTERS}`,
)
const python = pythonWith(
  `opentelemetry-sdk==${PYTHON_SDK}`,
  `opentelemetry-exporter-otlp-proto-http==${PYTHON_SDK}`,
  `opentelemetry-exporter-otlp-proto-grpc==${PYTHON_SDK}`,
)

let weir: WeirProcess
beforeAll(async () => {
  weir = await startWeir({ config: 'otlp_receiver: { grpc_listen: 127.0.0.1:0 }' })
})
afterAll(() => weir[Symbol.asyncDispose]())

/** Two rounds of five requests, four durations, three payloads; increments are added up. */
const SEEN: readonly (readonly [string, number])[] = [
  ['app_requests_total{http_method="GET"}', 10],
  ['app_open{}', 4],
  ['app_load_ratio{core="0"}', 0.75],
  ['app_duration_seconds_count{}', 8],
  ['app_duration_seconds_sum{}', 111.1],
  ['app_duration_seconds_bucket{le="0.1"}', 2],
  ['app_duration_seconds_bucket{le="10"}', 6],
  ['app_duration_seconds_bucket{le="+Inf"}', 8],
  ['histogram_count(app_payload_bytes{})', 6],
  ['histogram_sum(app_payload_bytes{})', 2006],
  ['target_info{host_name="lab"}', 1],
]

const endpointOf = (protocol: string): string =>
  protocol === 'grpc' ? `http://${weir.address('otlp-grpc')}` : `${weir.web}/v1/metrics`

async function expectSeen(
  client: Client,
  script: string,
  job: string,
  args: string[],
  endpoint: string,
): Promise<void> {
  expect(await client.send(script, endpoint, ...args)).toBe('sent\n')
  const found: [string, number | undefined][] = []
  for (const [query] of SEEN) {
    const labels = `job="${job}",instance="one"`
    const asked = query.replace('{}', `{${labels}}`).replace(/\{(?!job)/, `{${labels},`)
    found.push([query, await value(weir.web, asked)])
  }
  expect(
    found.map(([query, is]) => [query, is === undefined ? is : Number(is.toFixed(9))]),
  ).toEqual(SEEN)
}

describe.skipIf(js === undefined)('the JavaScript SDK', () => {
  test.each([
    ['proto', 'cumulative'],
    ['proto', 'delta'],
    ['http', 'cumulative'],
    ['http', 'delta'],
    ['grpc', 'cumulative'],
    ['grpc', 'delta'],
  ])('by %s, %s', { timeout: 120_000 }, async (format, temporality) => {
    const job = `js-${format}-${temporality}`
    await expectSeen(js!, 'use-otlp-sdk.cjs', job, [format, temporality], endpointOf(format))
  })

  test('is on the page of clients', () =>
    expect(isDocumented('OpenTelemetry (JavaScript)', JS_SDK)).toBe(true))
})

describe.skipIf(python === undefined)('the Python SDK', () => {
  test.each([
    ['http', 'cumulative'],
    ['http', 'delta'],
    ['grpc', 'cumulative'],
    ['grpc', 'delta'],
  ])('by %s, %s', { timeout: 120_000 }, async (protocol, temporality) => {
    const job = `python-${protocol}-${temporality}`
    await expectSeen(python!, 'use_otlp_sdk.py', job, [protocol, temporality], endpointOf(protocol))
  })

  test('is on the page of clients', () =>
    expect(isDocumented('OpenTelemetry (Python)', PYTHON_SDK)).toBe(true))
})

test('what came by gRPC is an intake of its own', async () => {
  const intakes = (await (await fetch(`${weir.web}/api/weir/v1/intakes`)).json()) as {
    readonly kind: string
    readonly lines: number
  }[]
  const grpc = intakes.find(({ kind }) => kind === 'otlp-grpc')
  expect(grpc).toMatchObject({ address: weir.address('otlp-grpc'), rejected: {} })
  // A round is seven series and the eight of a histogram, at least.
  if (js !== undefined || python !== undefined) expect(grpc!.lines).toBeGreaterThan(50)
})
