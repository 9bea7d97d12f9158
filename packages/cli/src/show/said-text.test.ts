import { expect, test } from 'vitest'
import { saidText } from './said-text.ts'

test.each<[name: string, line: string, want: string]>([
  ['text', 'plain level=info', 'plain level=info'],
  [
    'a record',
    '{"timestamp":"2026","level":"ERROR","message":"cannot commit","stage":"sink","service":"shop","context":{"kafka.topic":"a b","rows":12,"ok":null},"tags":[1]}',
    'cannot commit context_kafka_topic="a b" context_rows=12 tags=[1]',
  ],
  [
    'a stack trace',
    '{"msg":"no","err":{"stack":"Error: no\\n  at a"},"id":7}',
    'no id=7\nerr_stack: Error: no\n  at a',
  ],
  ['no message', '{"level":"info","rows":1}', '{"level":"info","rows":1}'],
  ['a message that is no text', '{"message":{"a":1},"msg":"m"}', 'm message_a=1'],
  ['JSON cut off', '{"message":"m', '{"message":"m'],
  [
    'names of the language',
    '{"message":"m","constructor":"c","__proto__":"p"}',
    'm constructor=c __proto__=p',
  ],
])('%s', (_, line, want) => {
  expect(saidText(line, { stage: 'sink', service_name: 'shop' })).toBe(want)
})

test('depth that no stack holds is one text', () => {
  const line = `{"message":"m",${'"a":{'.repeat(2000)}"b":1${'}'.repeat(2001)}`
  expect(saidText(line, {})).toMatch(/^m (a_){15}a="/)
})
