import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { type Asked, type Reply, factsOf, notifying } from '../../testing/notifying.ts'
import { signedHeaders } from './sigv4.ts'
import { SNS } from './sns.ts'

const EXAMPLE = {
  region: 'us-east-1',
  service: 'service',
  credentials: {
    accessKey: 'AKIDEXAMPLE',
    secretKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    sessionToken: '',
  },
  atMs: Date.UTC(2015, 7, 30, 12, 36),
}

/** AWS's own test suite for version 4, and the example of its manual (the last). */
test.each([
  [
    'post-vanilla',
    'POST',
    'https://example.amazonaws.com/',
    {},
    '',
    '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  ],
  [
    'post-x-www-form-urlencoded',
    'POST',
    'https://example.amazonaws.com/',
    { 'Content-Type': 'application/x-www-form-urlencoded' },
    'Param1=value1',
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
  [
    'get-vanilla-query-order-key-case',
    'GET',
    'https://example.amazonaws.com/?Param2=value2&Param1=value1',
    {},
    '',
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
] as const)('%s is signed as AWS signs it', (_name, method, url, headers, body, signature) => {
  const signed = signedHeaders({ ...EXAMPLE, method, url, headers, body })
  expect(signed['authorization']).toContain(`Signature=${signature}`)
})

test("the manual's request to IAM is signed as there", () => {
  const signed = signedHeaders({
    ...EXAMPLE,
    service: 'iam',
    method: 'GET',
    url: 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08',
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: '',
  })
  expect(signed['authorization']).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
  )
})

const SIGV4 = { region: 'eu-central-1', access_key: 'AK', secret_key: 'S3CRET' }
const CONFIG = { topic_arn: 'arn:aws:sns:eu-central-1:1:t', sigv4: SIGV4 }

const form = (asked: Asked | undefined): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(String(asked?.body)))

/** Refuses what SNS refuses: a wrong signature, a bad subject, too long a message. */
function service(asked: Asked): Reply {
  const { Message = '', Subject = 'x', PhoneNumber } = form(asked)
  const signed = signedHeaders({
    method: 'POST',
    url: asked.url,
    headers: { 'content-type': asked.headers['content-type']! },
    body: String(asked.body),
    region: 'eu-central-1',
    service: 'sns',
    credentials: { accessKey: 'AK', secretKey: 'S3CRET', sessionToken: '' },
    atMs: 0,
  })
  if (signed['authorization'] !== asked.headers['authorization']) return { status: 403 }
  const isGood =
    /^[\x21-\x7e][\x20-\x7e]{0,99}$/.test(Subject) &&
    (PhoneNumber === undefined
      ? Buffer.byteLength(Message) <= 262_144
      : Array.from(Message).length <= 1600)
  return { status: isGood ? 200 : 400, body: '<Error><Code>InvalidParameter</Code></Error>' }
}

test('publishes to a topic, signed', async () => {
  const config = { ...CONFIG, attributes: { team: '{{ .Receiver }}' } }
  const { tell, asked } = notifying(SNS, config, { service })
  expect(await tell(factsOf('firing', 1, 'Größe\nzu klein'))).toEqual({ kind: 'sent' })
  expect(asked[0]!.url).toBe('https://sns.eu-central-1.amazonaws.com/')
  expect(form(asked[0])).toMatchObject({
    Action: 'Publish',
    Version: '2010-03-31',
    TopicArn: CONFIG.topic_arn,
    Subject: '[FIRING:1] Groe zu klein',
    'MessageAttributes.entry.1.Name': 'team',
    'MessageAttributes.entry.1.Value.DataType': 'String',
    'MessageAttributes.entry.1.Value.StringValue': 'team',
  })
  expect(form(asked[0])['Message']).toContain('Value 7 (fires when > 5)')
})

test('a topic that keeps an order is told by the key of the group', async () => {
  const { tell, asked } = notifying(SNS, { ...CONFIG, topic_arn: 'arn:x.fifo' }, { service })
  await tell()
  const key = createHash('sha256').update('{}:{alertname="A"}').digest('hex')
  expect(form(asked[0])).toMatchObject({ MessageGroupId: key, MessageDeduplicationId: key })
})

test.each([
  ['a topic', { topic_arn: 'arn:t' }, 300_000],
  ['a phone', { phone_number: '+4912345' }, 2000],
])('a message to %s is cut and says so', async (_what, to, length) => {
  const config = { sigv4: SIGV4, ...to, message: '{{ .CommonAnnotations.summary }}' }
  const { tell, asked } = notifying(SNS, config, { service })
  expect(await tell(factsOf('firing', 1, 'ä'.repeat(length)))).toEqual({ kind: 'sent' })
  expect(form(asked[0])).toMatchObject({ 'MessageAttributes.entry.1.Name': 'truncated' })
})

test('a wrong key is final, and in no message', async () => {
  const sigv4 = { ...SIGV4, secret_key: 'wr0ng' }
  const { tell } = notifying(SNS, { ...CONFIG, sigv4 }, { service })
  const outcome = await tell()
  expect(outcome).toMatchObject({ kind: 'refused' })
  expect(JSON.stringify(outcome)).not.toContain('wr0ng')
})

test.each([
  [{ sigv4: SIGV4 }, 'want exactly one of topic_arn, target_arn and phone_number'],
  [{ ...CONFIG, phone_number: '1' }, 'want exactly one of topic_arn, target_arn and phone_number'],
  [{ topic_arn: 'a' }, 'sigv4: want a region'],
  [
    { topic_arn: 'a', sigv4: { region: 'r', access_key: 'k' } },
    'sigv4: want access_key and secret_key together',
  ],
])('config %j is refused', (config, problem) => {
  expect(notifying(SNS, config).problems).toContain(problem)
})

test.each(['profile', 'role_arn', 'external_id'])('%s of sigv4 is refused by name', (key) => {
  const result = SNS.schema.safeParse({ ...CONFIG, sigv4: { ...SIGV4, [key]: 'x' } })
  expect(result.error?.issues[0]).toMatchObject({
    path: ['sigv4', key],
    message: expect.stringContaining('not supported yet'),
  })
})
