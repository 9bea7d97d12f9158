import { expect, test } from 'vitest'
import {
  PICTURE,
  type Asked,
  type Reply,
  factsOf,
  notifying,
  sent,
} from '../../testing/notifying.ts'
import { isReachable } from '../picture-address.ts'
import { MSTEAMSV2 } from './msteamsv2.ts'

const CONFIG = { webhook_url: 'https://prod.westeurope.logic.azure.com/workflows/t0ken' }

interface Message {
  readonly attachments: readonly {
    readonly contentType: string
    readonly content: { readonly body: readonly Readonly<Record<string, string>>[] }
  }[]
}

/** Takes one adaptive card of 28 kB, and answers 202 as flows do. */
function service(asked: Asked): Reply {
  const [card] = (sent(asked) as unknown as Message).attachments
  const isCard = card?.contentType === 'application/vnd.microsoft.card.adaptive'
  return { status: isCard && Buffer.byteLength(String(asked.body)) <= 28_000 ? 202 : 400 }
}

const blocks = (asked: Asked | undefined): readonly Readonly<Record<string, string>>[] =>
  (sent(asked) as unknown as Message).attachments[0]!.content.body

test('an adaptive card whose values show as they are', async () => {
  const { tell, asked } = notifying(MSTEAMSV2, CONFIG, { service })
  expect(await tell()).toEqual({ kind: 'sent' })
  const [title, text] = blocks(asked[0])
  expect(title).toMatchObject({ color: 'Attention', style: 'heading' })
  expect(title!['text']).toContain('\\<b\\>\\*\\_\\[x\\]\\(http://evil\\)')
  expect(text!['text']).toContain('[Runbook](https://runbooks.example.org/a)')
  await tell(factsOf('resolved'))
  expect(blocks(asked[1])[0]).toMatchObject({ color: 'Good' })
})

test('a card that is too large is cut', async () => {
  const { tell } = notifying(MSTEAMSV2, CONFIG, { service })
  expect(await tell(factsOf('firing', 10, '"ä'.repeat(3000)))).toEqual({ kind: 'sent' })
})

test('a picture that Microsoft can reach is on the card, another one is not', async () => {
  const near = notifying(MSTEAMSV2, CONFIG, { service, picture: PICTURE })
  await near.tell()
  expect(blocks(near.asked[0])[2]).toEqual({
    type: 'Image',
    url: PICTURE.url,
    altText: PICTURE.alt,
    size: 'Stretch',
  })
  const picture = { ...PICTURE, url: 'http://127.0.0.1:9347/p.png' }
  const far = notifying(MSTEAMSV2, CONFIG, { service, picture })
  await far.tell()
  expect(blocks(far.asked[0])).toHaveLength(2)
})

test.each([
  ['https://weir.example.org/p', true],
  ['https://8.8.8.8/p', true],
  ['https://[2001:db8::1]/p', true],
  ['http://weir.example.org/p', false],
  ['https://weir/p', false],
  ['https://weir.local/p', false],
  ['https://localhost:9347/p', false],
  ['https://10.1.2.3/p', false],
  ['https://172.20.0.1/p', false],
  ['https://172.32.0.1/p', true],
  ['https://100.64.0.1/p', false],
  ['https://[::1]/p', false],
  ['https://[fd00::1]/p', false],
  ['no address', false],
])('whether %s can be reached from outside: %s', (url, want) => expect(isReachable(url)).toBe(want))
