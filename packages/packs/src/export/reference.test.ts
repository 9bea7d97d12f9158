import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PACKS } from '../registry.ts'
import { exportReference } from './reference.ts'

const FOLDER = join(import.meta.dirname, '../../../../docs/packs/reference')

test.each(PACKS.map((pack) => [pack.id, pack] as const))(
  'docs/packs/reference/%s.md is what the pack says',
  (id, pack) => {
    const path = join(FOLDER, `${id}.md`)
    const page = exportReference(pack)
    if (process.env.WEIR_GOLDEN === 'write') {
      mkdirSync(FOLDER, { recursive: true })
      writeFileSync(path, page)
    }
    expect(readFileSync(path, 'utf8'), 'npm run golden writes it anew').toBe(page)
  },
)

test('what would end a cell or begin an element is kept from doing so', () => {
  const [pack] = PACKS
  const metric = {
    name: 'a_<b>',
    type: 'gauge',
    unit: '',
    labels: ['x'],
    help: 'One | of <b>these</b>, `a|b`.',
    normal: '0.',
    versions: '2 and later',
    aliases: ['b'],
  } as const
  const lines = exportReference({ ...pack!, metrics: [metric] }).split('\n')
  expect(lines.at(-2)).toBe(
    '| `a_<b>` | gauge | `x` | One \\| of &lt;b>these&lt;/b>, `a\\|b`. Normal: 0. Versions: 2 and later. Also `b`. |',
  )
})
