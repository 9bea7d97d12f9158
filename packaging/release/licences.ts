import { type Component, licenseTexts } from './components.ts'

/** Licences that ask for no more than their text, which is in the list. */
const FREE = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Bitstream-Vera',
  'ISC',
  'MIT',
  'MIT-0',
  'OFL-1.1',
  'Python-2.0',
  'Unlicense',
  'Zlib',
])

/**
 * Those that are taken all the same, and why. MPL-2.0 holds for the files of the library alone, and these
 * are not changed, not bundled, and installed as the packages that their makers publish.
 */
const TAKEN: readonly (readonly [name: RegExp, license: string])[] = [
  [/^@resvg\/resvg-js(-.*)?$/, 'MPL-2.0'],
]

/** What is wrong with the licence of a component; undefined when nothing is. */
export function objection({ name, version, license, how }: Component): string | undefined {
  const choices = license.replaceAll(/[()]/g, '').split(' OR ')
  const isFree = (text: string): boolean => text.split(' AND ').every((each) => FREE.has(each))
  if (choices.some(isFree)) return undefined
  const isTaken = TAKEN.some(([pattern, taken]) => pattern.test(name) && taken === license)
  if (isTaken && how === 'installed') return undefined
  return `${name}@${version}: ${license === '' ? 'no licence is known' : license} (${how})`
}

const HOW: Readonly<Record<Component['how'], string>> = {
  bundled: 'in the program',
  page: 'in the page, or what it is made of',
  installed: 'installed beside it, on the systems that it is for',
}

/** THIRD-PARTY-LICENSES.md: a table, then every text once with the names it is for. */
export function licencesPage(components: readonly Component[]): string {
  const rows = components.map(
    ({ name, version, license, how }) => `| ${name} | ${version} | ${license} | ${HOW[how]} |`,
  )
  const texts = new Map<string, string[]>()
  for (const component of components) {
    for (const text of licenseTexts(component).values()) {
      texts.set(text, [...(texts.get(text) ?? []), component.name])
    }
  }
  const sections = [...texts].map(
    ([text, names]) => `## ${[...new Set(names)].join(', ')}\n\n\`\`\`text\n${text}\n\`\`\`\n`,
  )
  return [
    '# Licences of what others made',
    '',
    'Weir itself is under Apache-2.0 (LICENSE). It has parts that others made:',
    '',
    '| package | version | licence | how it comes |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    ...sections,
  ].join('\n')
}
