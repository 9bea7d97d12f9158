import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exposition } from '@weir/wire'
import { expect, test } from 'vitest'
import { exposeFamilies } from './flush.ts'
import { Stand } from './test-stand.ts'

/**
 * Each file: a mapping, dashes, lines, dashes, and what they come to: the page that `/metrics` shows and how many
 * lines were refused. `npm run golden` writes the last part anew; read the difference.
 */
const GOLDEN = join(import.meta.dirname, 'golden')
const DASHES = '----------\n'

test.each(readdirSync(GOLDEN))('%s is as it was', (name) => {
  const path = join(GOLDEN, name)
  const [mapping, lines] = readFileSync(path, 'utf8').split(DASHES)
  const whole = [mapping!, lines!, outcome(mapping!, lines!)].join(DASHES)
  if (process.env['WEIR_GOLDEN'] === 'write') writeFileSync(path, whole)
  expect(whole).toBe(readFileSync(path, 'utf8'))
})

function outcome(mapping: string, lines: string): string {
  const stand = new Stand(mapping).send(...lines.trimEnd().split('\n'))
  stand.aggregate.countSets()
  const page = exposition(exposeFamilies(stand.aggregate, stand.nowMs), '').body
  const refused = Object.entries(stand.rejects).map(
    ([why, count]) => `# refused: ${why} ${count}\n`,
  )
  return Buffer.from(page).toString() + refused.join('')
}
