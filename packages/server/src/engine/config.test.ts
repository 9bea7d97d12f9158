import { expect, test } from 'vitest'
import { weirConfig } from '../config/weir-config.ts'
import { readYaml } from '../config/yaml-file.ts'
import { storageOptions } from '../config/storage-options.ts'
import { redactYaml } from '../config/redact.ts'
import { engineEndpoint } from './config.ts'
import { engineOf } from './engine-of.ts'

const WHOLE = `
storage:
  metrics:
    engine: prometheus
    write_url: http://e/api/v1/write
    read_url: http://e
`

function read(text: string) {
  return readYaml({ file: 'weir.yml', text, code: 'CONFIG_INVALID' }, weirConfig)
}

test.each<[string, string, string]>([
  [
    'an engine without addresses',
    'storage:\n  metrics: { engine: prometheus }',
    'weir.yml:2: storage.metrics: want write_url with engine: prometheus',
  ],
  [
    'an address without an engine',
    'storage:\n  metrics:\n    read_url: http://e',
    'weir.yml:3: storage.metrics.read_url: want engine: prometheus beside it',
  ],
  [
    'credentials without an engine',
    'storage:\n  metrics:\n    basic_auth: { username: a }',
    'weir.yml:3: storage.metrics.basic_auth: want engine: prometheus beside it',
  ],
  [
    'no address',
    WHOLE.replace('http://e/api', 'ftp://e/api'),
    'weir.yml:5: storage.metrics.write_url: want an http or https address',
  ],
  [
    'an unknown engine',
    'storage:\n  metrics:\n    engine: influx',
    'weir.yml:3: storage.metrics.engine: want embedded or prometheus',
  ],
  [
    'two ways to say who asks',
    `${WHOLE}    bearer_token: a\n    basic_auth: { username: b }\n`,
    'storage.metrics',
  ],
  [
    'rules of retention',
    `${WHOLE}  retention_rules: [{ match: [a], levels: [{ keep: 1d, step: 1m }] }]\n`,
    'weir.yml:7: storage.retention_rules: what is kept how long is for the engine to say',
  ],
  [
    'rules of evaluation',
    `${WHOLE}query:\n  count_first_value: [a]\n`,
    'weir.yml:8: query.count_first_value: queries are evaluated by the engine',
  ],
  [
    'the name of its queue',
    `${WHOLE}remote_write: [{ name: engine, url: http://o }]\n`,
    'remote_write[0].name: the queue to the engine',
  ],
  [
    'a header of the protocol',
    `${WHOLE}    headers: { content-type: a }\n`,
    'storage.metrics.headers.content-type: this header is set by the protocol',
  ],
  ['a label that is none', `${WHOLE}    labels: { "a b": c }\n`, 'want a label name'],
  [
    'an unknown key',
    `${WHOLE}    queue: { bytes: 1 }\n`,
    'weir.yml:7: storage.metrics.queue.bytes: there is no such key',
  ],
])('%s is refused with its place', (_what, text, want) => {
  expect(() => read(text)).toThrow(want)
})

test('everything goes to the engine, with its credentials, and little stays', () => {
  const config = read(
    `${WHOLE}    protocol: '2.0'\n    headers: { X-Scope-OrgID: t }\n    bearer_token: s3cret\n`,
  )
  const endpoint = engineEndpoint(engineOf(config.storage)!)
  expect(endpoint).toMatchObject({
    name: 'engine',
    url: 'http://e/api/v1/write',
    protobuf_message: 'io.prometheus.write.v2.Request',
    bearer_token: 's3cret',
    headers: { 'X-Scope-OrgID': 't' },
    send_exemplars: true,
    send_native_histograms: true,
    queue_config: { batch_send_deadline: 1000, retry_on_http_429: true },
  })
  expect(storageOptions(config)).toMatchObject({
    retentionMs: 7_200_000,
    outgoing: {
      queues: ['name:engine'],
      bytesMax: 8 * 2 ** 30,
      ageMaxMs: 86_400_000,
      takesHistory: true,
    },
  })
})

test('nothing secret of it is shown', () => {
  const text = `${WHOLE}    headers: { X-Scope-OrgID: t3nant }\n    bearer_token: s3cret\n    params: { api_key: s3cret2, dedup: 'true' }\n`
  const shown = redactYaml(text.replace('http://e/', 'http://u:s3cret3@e/'))
  expect(shown).not.toMatch(/s3cret|t3nant/)
  expect(shown).toContain('dedup')
})
