import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'

/** Packets to fuzz the parser with: bytes at random, pieces of the grammar at random, and what real senders sent, bent. */

const FIXTURES = join(import.meta.dirname, '../../../../../fixtures/airflow')

/** Lines that real Airflows sent. */
const captured: readonly string[] = readdirSync(FIXTURES)
  .filter((name) => name.endsWith('.jsonl'))
  .flatMap((name) =>
    readFileSync(join(FIXTURES, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { readonly text: string }).text),
  )

const encoder = new TextEncoder()

const pieces = fc.constantFrom(
  ...'a bc : : | | |c |g |ms |h |d |s 1 2.5 -3 +1 nan inf true x _e{ _sc| |@ 0.5 |# k:v , = [ ] |c: id |T 17 |e: |card:'.split(
    ' ',
  ),
  '\n',
  '\r',
  '\r\n',
  '\0',
  'é',
  ' ',
)

const grammar = fc.array(pieces, { maxLength: 40 }).map((parts) => encoder.encode(parts.join('')))
const noise = fc.uint8Array({ maxLength: 300 })

const bent = fc
  .record({
    lines: fc.array(fc.constantFrom(...captured), { minLength: 1, maxLength: 5 }),
    changes: fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.nat(2)), { maxLength: 4 }),
    cut: fc.option(fc.nat(), { nil: undefined }),
  })
  .map(({ lines, changes, cut }) => {
    const bytes = [...encoder.encode(lines.join('\n'))]
    for (const [at, byte, kind] of changes) {
      const place = at % bytes.length
      if (kind === 0) bytes[place] = byte
      else if (kind === 1) bytes.splice(place, 0, byte)
      else bytes.splice(place, 1, ...encoder.encode(':|#@c\n'.charAt(byte % 6)))
    }
    return Uint8Array.from(cut === undefined ? bytes : bytes.slice(0, cut % (bytes.length + 1)))
  })

export const packets: fc.Arbitrary<Uint8Array> = fc.oneof(grammar, bent, noise)
