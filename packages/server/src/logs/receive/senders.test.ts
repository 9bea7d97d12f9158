import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type KeptLine, stand } from '../testing/kept-lines.ts'
import type { LogProtocol } from './log-request.ts'

/** What real senders sent, and what is kept of it; see fixtures/logs/README.md. */
interface Recorded {
  readonly sender: string
  readonly protocol: LogProtocol
  readonly headers: Readonly<Record<string, string>>
  /** In base64. */
  readonly body: string
  readonly kept: readonly KeptLine[]
}

const FILE = join(import.meta.dirname, '../../../../../fixtures/logs/senders.json')
const RECORDED = JSON.parse(readFileSync(FILE, 'utf8')) as readonly Recorded[]

test.each(RECORDED)('$sender', async ({ protocol, headers, body, kept }) => {
  const here = stand({ max_ahead: '24h' }) // it was evening when they were recorded
  const outcome = await here.take({
    protocol,
    contentType: headers['content-type'] ?? '',
    contentEncoding: headers['content-encoding'] ?? '',
    text: Buffer.from(body, 'base64'),
  })
  expect(outcome).toMatchObject({ rejected: {}, mended: { time: 0, utf8: 0, text: 0 } })
  expect(here.kept).toEqual(kept)
})
