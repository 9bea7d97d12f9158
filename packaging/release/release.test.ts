import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT } from '../npm/bundle.ts'
import { layOut, manifest } from '../npm/lay-out.ts'
import { type Component, componentsOf, licenseTexts } from './components.ts'
import { licencesPage, objection } from './licences.ts'
import { sbomOf } from './sbom.ts'

let folder: string
let components: Component[]
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-release-'))
  components = componentsOf(await layOut(folder))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const part = (license: string, how: Component['how'] = 'bundled', name = 'x'): Component => ({
  name,
  version: '1.0.0',
  license,
  how,
  integrity: '',
  path: '',
})

describe('licences', () => {
  test('nothing in a release has one that is unknown or asks for the source of ours', () => {
    expect(components.length).toBeGreaterThan(150)
    expect(components.map(objection).filter((each) => each !== undefined)).toEqual([])
  })

  test('each text that a package brings is in the list, once', () => {
    const page = licencesPage(components)
    for (const component of components) {
      expect(page).toContain(`| ${component.name} | ${component.version} |`)
      for (const text of licenseTexts(component).values()) {
        expect(page.split(`\`\`\`text\n${text}\n\`\`\`\n`)).toHaveLength(2)
      }
    }
  })

  test('what is inside our files brings its text, but for some that only name one that is well known', () => {
    const silent = components.filter(
      (each) => each.how !== 'installed' && licenseTexts(each).size === 0,
    )
    expect(
      silent.map(({ license }) => license).filter((each) => !/^(MIT|ISC|Apache-2\.0)/.test(each)),
    ).toEqual([])
    expect(silent.length).toBeLessThan(components.length / 10)
  })

  test.each([
    ['MIT', undefined],
    ['(MPL-2.0 OR Apache-2.0)', undefined],
    ['MIT AND Zlib', undefined],
    ['', /no licence is known/],
    ['UNLICENSED', /UNLICENSED/],
    ['GPL-3.0-or-later', /GPL/],
    ['(MIT AND AGPL-3.0)', /AGPL/],
    ['MPL-2.0', /MPL/],
  ])('%j', (license, want) => {
    const said = objection(part(license))
    if (want === undefined) expect(said).toBeUndefined()
    else expect(said).toMatch(want)
  })

  test('the one exception is for what is installed, not for what is bundled', () => {
    const name = '@resvg/resvg-js-linux-x64-gnu'
    expect(objection(part('MPL-2.0', 'installed', name))).toBeUndefined()
    expect(objection(part('MPL-2.0', 'bundled', name))).toMatch(/MPL/)
    expect(objection(part('GPL-2.0', 'installed', name))).toMatch(/GPL/)
  })
})

describe('the bill of materials', () => {
  interface Bill {
    readonly serialNumber: string
    readonly components: readonly {
      readonly purl: string
      readonly licenses: readonly object[]
      readonly hashes?: readonly { readonly content: string }[]
    }[]
  }

  test('names all that npm itself names for the package, and what is bundled', () => {
    const own = sbomOf(manifest(), components) as Bill
    const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']
    const told = JSON.parse(
      execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' }),
    ) as Bill
    const purls = new Set(own.components.map(({ purl }) => purl))
    expect(told.components.length).toBeGreaterThan(10)
    expect(told.components.map(({ purl }) => purl).filter((purl) => !purls.has(purl))).toEqual([])
    expect([...purls].some((purl) => purl.startsWith('pkg:npm/fastify@'))).toBe(true)
    expect([...purls].some((purl) => purl.startsWith('pkg:npm/react@'))).toBe(true)
  })

  test('has the checksums of the lock, and is the same for the same release', () => {
    const own = sbomOf(manifest(), components) as Bill
    const hashed = own.components.filter(({ hashes }) => hashes !== undefined)
    expect(hashed.length).toBeGreaterThan(own.components.length * 0.9)
    for (const { hashes } of hashed) expect(hashes![0]!.content).toMatch(/^[0-9a-f]{128}$/)
    expect(own.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-/)
    expect(sbomOf(manifest(), components)).toEqual(own)
  })
})

test('the changelog has an entry for what is released', () => {
  const changelog = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8')
  expect(changelog).toContain(`## ${manifest().version}`)
})
