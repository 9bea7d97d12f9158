import { describe, expect, test } from 'vitest'
import { type Said, saidBy } from './said.ts'
import { freshToken } from './tokens/token-text.ts'

const { text: T } = freshToken()
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const token: Said = { kind: 'token', text: T }

describe('a token is found where each client puts it', () => {
  test.each([
    ['Bearer', `Bearer ${T}`],
    ['another case', `bEARER  ${T}`],
    ['Basic, as password', `Basic ${base64(`anything:${T}`)}`],
    ['Basic, as password without a user', `Basic ${base64(`:${T}`)}`],
    ['Basic, as user without a password', `Basic ${base64(`${T}:`)}`],
    ['Basic, as user alone', `Basic ${base64(T)}`],
    ['InfluxDB 2', `Token ${T}`],
    ['InfluxDB 1.8', `Token someone:${T}`],
    ['Elasticsearch, encoded', `ApiKey ${base64(`an-id:${T}`)}`],
    ['Elasticsearch, plain', `ApiKey ${T}`],
  ])('%s', (_name, authorization) => {
    expect(saidBy({ headers: { authorization }, clientIp: '', certificate: '' })).toEqual(token)
  })

  test('Datadog', () => {
    const headers = { 'dd-api-key': T }
    expect(saidBy({ headers, clientIp: '', certificate: '' })).toEqual(token)
  })

  test.each(['/write', '/query', '/influx/write', '/influx/query'])('InfluxDB 1 at %s', (path) => {
    const url = `${path}?db=a&u=me&p=${T}`
    expect(saidBy({ headers: {}, url, clientIp: '', certificate: '' })).toEqual(token)
  })
})

test.each([
  [`Basic ${base64('ann:pass:word')}`, { kind: 'password', user: 'ann', password: 'pass:word' }],
  ['Token ann:x', { kind: 'password', user: 'ann', password: 'x' }],
  ['Basic', { kind: 'token', text: 'Basic' }],
  ['Basic !!', { kind: 'password', user: '', password: '' }],
  ['Digest x', { kind: 'token', text: 'x' }],
])('%j says %j', (authorization, said) => {
  expect(saidBy({ headers: { authorization }, clientIp: '', certificate: '' })).toEqual(said)
})

test.each(['/api/v1/query', '/', '/write/x', '/api/v2/write', '/api/weir/v1/tokens'])(
  'nothing in the URL counts at %s',
  (path) => {
    const url = `${path}?u=me&p=${T}&token=${T}&access_token=${T}`
    expect(saidBy({ headers: {}, url, clientIp: '', certificate: '' })).toBeUndefined()
  },
)
