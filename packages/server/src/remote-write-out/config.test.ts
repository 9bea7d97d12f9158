import { expect, test } from 'vitest'
import { remoteWrite } from './config.ts'
import { endpointsOf } from './endpoints.ts'

const URL_ = 'http://receiver/write'

test('what is not said is as Prometheus has it', () => {
  const [endpoint] = remoteWrite.parse([{ url: URL_ }])
  expect(endpoint).toMatchObject({
    protobuf_message: 'prometheus.WriteRequest',
    remote_timeout: 30_000,
    send_exemplars: false,
    send_native_histograms: false,
    queue_config: {
      capacity: 10_000,
      max_shards: 50,
      min_shards: 1,
      max_samples_per_send: 2_000,
      batch_send_deadline: 5_000,
      min_backoff: 30,
      max_backoff: 5_000,
      retry_on_http_429: false,
      sample_age_limit: 0,
    },
    metadata_config: { send: true, send_interval: 60_000, max_samples_per_send: 2_000 },
    follow_redirects: true,
  })
})

test.each([
  [{}, 'received undefined'],
  [{ url: 'receiver:80' }, 'want an http or https address'],
  [{ url: URL_, headers: { Authorization: 'x' } }, 'want basic_auth, authorization or oauth2'],
  [{ url: URL_, headers: { 'Content-Type': 'x' } }, 'this header is set by the protocol'],
  [{ url: URL_, protobuf_message: 'v2' }, 'prometheus.WriteRequest'],
  [{ url: URL_, queue_config: { min_shards: 9, max_shards: 3 } }, 'min_shards not above'],
  [{ url: URL_, queue_config: { min_backoff: '9s' } }, 'not above max_backoff'],
  [{ url: URL_, queue_config: { capacity: 0 } }, '>0'],
  [{ url: URL_, sigv4: {} }, 'signing for AWS is not supported yet; remove sigv4'],
  [{ url: URL_, azuread: {} }, 'remove azuread'],
  [{ url: URL_, google_iam: {} }, 'remove google_iam'],
  [{ url: URL_, basic_auth: {}, bearer_token: 'x' }, 'want at most one of'],
  [{ url: URL_, urls: [] }, 'Unrecognized key'],
])('%j: %s', (endpoint, want) => {
  expect(remoteWrite.safeParse([endpoint]).error?.message).toContain(want)
})

test('a name is there once', () => {
  const twice = [
    { url: URL_, name: 'a' },
    { url: URL_, name: 'a' },
  ]
  expect(remoteWrite.safeParse(twice).error?.message).toContain('is there twice')
})

test('an endpoint is known by its name, else by its address and its turn', () => {
  const ids = (...given: object[]): string[] =>
    endpointsOf(remoteWrite.parse(given)).map(({ id }) => id)
  const [named, plain, second] = ids(
    { url: URL_, name: 'a' },
    { url: URL_ },
    { url: URL_, send_exemplars: true },
  )
  expect(new Set([named, plain, second]).size).toBe(3)
  expect(ids({ url: 'http://moved/write', name: 'a' })).toEqual([named])
  expect(ids({ url: URL_, remote_timeout: '1m' })).toEqual([plain])
  expect(ids({ url: 'http://moved/write' })).not.toEqual([plain])
})
