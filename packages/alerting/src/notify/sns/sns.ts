import { createHash } from 'node:crypto'
import { cutTo, cutToBytes } from '../cut.ts'
import { type ConfigCheck, notifierKind } from '../kind.ts'
import { type Draft, type MessengerContext, filled, messenger, webAddress } from '../messenger.ts'
import type { Integration } from '../outcome.ts'
import { type SnsConfig, snsConfigSchema } from './config.ts'
import { type AwsCredentials, signedHeaders } from './sigv4.ts'
import { SNS_OWN_TEMPLATES, SNS_TEMPLATES } from './templates.ts'

/** docs.aws.amazon.com/sns/latest/api/API_Publish.html: a topic, an SMS, and what a subject may be. */
const SNS_LIMITS = { messageBytes: 262_144, smsChars: 1600, subjectChars: 100 } as const

const CONTENT_TYPE = 'application/x-www-form-urlencoded; charset=utf-8'

/** Publishes to a topic, an endpoint or a phone number, by the query protocol of AWS. */
function sns(
  config: SnsConfig,
  index: number,
  context: MessengerContext,
  environment: NodeJS.ProcessEnv = process.env,
): Integration {
  const about = { kind: 'sns', what: 'SNS', index, sendsResolved: config.send_resolved }
  return messenger(about, context, async (draft) => {
    const { region } = config.sigv4
    const credentials = credentialsOf(config, environment)
    const url = webAddress(draft.exact(config.api_url) || addressOf(region))
    const body = new URLSearchParams(publication(config, draft)).toString()
    const headers = signedHeaders({
      method: 'POST',
      url,
      headers: { 'content-type': CONTENT_TYPE },
      body,
      region,
      service: 'sns',
      credentials,
      atMs: context.clock.now(),
    })
    const { secretKey, sessionToken } = credentials
    return {
      url,
      http: config.http_config,
      headers,
      contentType: CONTENT_TYPE,
      body,
      secrets: [secretKey, sessionToken],
    }
  })
}

export const SNS = notifierKind({
  name: 'sns',
  schema: snsConfigSchema,
  templates: SNS_TEMPLATES,
  ownTemplates: SNS_OWN_TEMPLATES,
  build(config, index, context, check) {
    checkConfig(config, check)
    return sns(config, index, context)
  },
})

function checkConfig(config: SnsConfig, check: ConfigCheck): void {
  const { topic_arn, target_arn, phone_number, sigv4 } = config
  if ([topic_arn, target_arn, phone_number].filter((one) => one !== '').length !== 1) {
    check.problem([], 'want exactly one of topic_arn, target_arn and phone_number')
  }
  if (sigv4.region === '') check.problem(['sigv4'], 'want a region')
  if ((sigv4.access_key === '') !== (sigv4.secret_key === '')) {
    check.problem(['sigv4'], 'want access_key and secret_key together')
  }
  check.address(config.api_url, ['api_url'])
  for (const key of ['subject', 'message', 'topic_arn', 'target_arn', 'phone_number'] as const) {
    check.template(config[key], [key])
  }
  for (const [name, value] of Object.entries(config.attributes)) {
    check.template(value, ['attributes', name])
  }
}

/** Read at each use: what is lent by the environment may be changed by a restart only. */
function credentialsOf({ sigv4 }: SnsConfig, environment: NodeJS.ProcessEnv): AwsCredentials {
  if (sigv4.access_key !== '') {
    return { accessKey: sigv4.access_key, secretKey: sigv4.secret_key, sessionToken: '' }
  }
  const accessKey = environment['AWS_ACCESS_KEY_ID'] ?? ''
  const secretKey = environment['AWS_SECRET_ACCESS_KEY'] ?? ''
  if (accessKey === '' || secretKey === '') {
    throw new Error('want access_key and secret_key, or AWS_ACCESS_KEY_ID and its secret')
  }
  return { accessKey, secretKey, sessionToken: environment['AWS_SESSION_TOKEN'] ?? '' }
}

function addressOf(region: string): string {
  return `https://sns.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`
}

function publication(config: SnsConfig, { exact, text, facts }: Draft): Record<string, string> {
  const topic = exact(config.topic_arn)
  const whole = text(config.message)
  const message =
    config.phone_number === ''
      ? cutToBytes(whole, SNS_LIMITS.messageBytes)
      : cutTo(whole, SNS_LIMITS.smsChars)
  const key = createHash('sha256').update(facts.groupKey).digest('hex')
  const isOrdered = topic.endsWith('.fifo')
  const attributes = Object.entries(config.attributes).map(
    ([name, value]) => [exact(name), exact(value)] as const,
  )
  if (message !== whole) attributes.push(['truncated', 'true'])
  return {
    Action: 'Publish',
    Version: '2010-03-31',
    ...filled({
      TopicArn: topic,
      TargetArn: exact(config.target_arn),
      PhoneNumber: exact(config.phone_number),
      Subject: subjectOf(text(config.subject)),
      MessageDeduplicationId: isOrdered ? key : '',
      MessageGroupId: isOrdered ? key : '',
    }),
    Message: message,
    ...attributeFields(attributes),
  }
}

/** A subject is one line of ASCII that begins with a letter, a figure or a sign. */
function subjectOf(text: string): string {
  const line = text
    .normalize('NFKD')
    .replace(/\s+/g, ' ')
    .replace(/[^\x20-\x7e]/g, '')
    .trim()
  return line.length <= SNS_LIMITS.subjectChars
    ? line
    : `${line.slice(0, SNS_LIMITS.subjectChars - 3)}...`
}

function attributeFields(
  attributes: readonly (readonly [name: string, value: string])[],
): Record<string, string> {
  return Object.fromEntries(
    attributes.flatMap(([name, value], i) => {
      const at = `MessageAttributes.entry.${i + 1}`
      return [
        [`${at}.Name`, name],
        [`${at}.Value.DataType`, 'String'],
        [`${at}.Value.StringValue`, value],
      ]
    }),
  )
}
