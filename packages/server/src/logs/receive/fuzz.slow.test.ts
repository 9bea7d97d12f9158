import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { WeirError } from '@weir/model'
import { packSnappy, snappyHead, unpackSnappy } from '@weir/wire'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { stand } from '../testing/kept-lines.ts'
import type { LogProtocol } from './log-request.ts'

/** How often; a night's worth is `WEIR_FUZZ_RUNS=1000000 npm run test:slow`. */
const RUNS = Number(process.env['WEIR_FUZZ_RUNS'] ?? 20_000)

interface Recorded {
  readonly sender: string
  readonly protocol: LogProtocol
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const FILE = join(import.meta.dirname, '../../../../../fixtures/logs/senders.json')
const RECORDED = JSON.parse(readFileSync(FILE, 'utf8')) as readonly Recorded[]

/** The body without its packing, so that what is changed is what is read. */
function unpacked({ headers, protocol, body }: Recorded): Uint8Array {
  const bytes = Buffer.from(body, 'base64')
  if (headers['content-encoding'] === 'gzip') return gunzipSync(bytes)
  if (protocol !== 'loki' || headers['content-type'] === 'application/json') return bytes
  const head = snappyHead(bytes)!
  const text = new Uint8Array(head.textBytes + 64)
  unpackSnappy(bytes, head, text)
  return text.subarray(0, head.textBytes)
}

const changes = fc.array(
  fc.record({
    at: fc.nat(),
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 4 }),
      fc
        .constantFrom('{', '}', '"', '\\', '[', ']', '\n', '9999999999999', 'null')
        .map((text) => Buffer.from(text)),
      fc.constant(new Uint8Array(10).fill(0xff)),
    ),
    isCut: fc.boolean(),
  }),
  { minLength: 1, maxLength: 4 },
)

test.each(RECORDED)(
  '$sender: changed in many ways, a request is refused or its lines are kept',
  { timeout: 3_600_000 },
  async (recorded) => {
    const { protocol, headers } = recorded
    const whole = unpacked(recorded)
    const contentType = headers['content-type'] ?? ''
    const isPacked = protocol === 'loki' && contentType !== 'application/json'
    const here = stand({ max_ahead: '24h' })
    await fc.assert(
      fc.asyncProperty(changes, async (all) => {
        let bytes = Uint8Array.from(whole)
        for (const { at, bytes: other, isCut } of all) {
          const from = at % (bytes.length + 1)
          if (isCut) bytes = bytes.slice(0, from)
          else bytes.set(other.subarray(0, bytes.length - from), from)
        }
        const text = isPacked ? packSnappy(bytes) : bytes
        here.kept.length = 0
        here.batches.length = 0
        try {
          const { lines } = await here.take({ protocol, contentType, text })
          expect(here.kept).toHaveLength(lines)
          // What was no text is by now.
          for (const { line } of here.kept) expect(line).toBe(Buffer.from(line).toString())
        } catch (error) {
          if (!(error instanceof WeirError) || error.code === 'BUG') throw error
          expect(here.kept).toEqual([])
        }
      }),
      { numRuns: Math.ceil(RUNS / RECORDED.length) },
    )
  },
)
