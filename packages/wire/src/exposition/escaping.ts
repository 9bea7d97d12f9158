import { isLegacyName } from '@weir/model'

/** How names beyond letters, digits, `_` and `:` are written: as they are (quoted), or spelt in the old alphabet. */
export const NAME_ESCAPINGS = ['allow-utf-8', 'underscores', 'dots', 'values'] as const
export type NameEscaping = (typeof NAME_ESCAPINGS)[number]

const ILLEGAL = /[^a-zA-Z0-9_:]/u

/**
 * A name, of a metric or a label, as the scheme spells it. Names of the old alphabet stay as they are.
 *
 * @see prometheus/docs:content/docs/instrumenting/escaping_schemes.md
 */
export function escapedName(name: string, scheme: NameEscaping): string {
  if (scheme === 'allow-utf-8' || name === '' || isLegacyName(name)) return name
  const signs = Array.from(name, (sign, i) => spelt(sign, i === 0, scheme)).join('')
  return scheme === 'values' ? `U__${signs}` : signs
}

function spelt(
  sign: string,
  isFirst: boolean,
  scheme: Exclude<NameEscaping, 'allow-utf-8'>,
): string {
  const isLegal = !ILLEGAL.test(sign) && !(isFirst && /\d/.test(sign))
  switch (scheme) {
    case 'underscores':
      return isLegal ? sign : '_'
    case 'dots':
      if (sign === '_') return '__'
      if (sign === '.') return '_dot_'
      return isLegal ? sign : '__'
    case 'values':
      if (sign === '_') return '__'
      return isLegal ? sign : `_${sign.codePointAt(0)!.toString(16)}_`
    default:
      return scheme satisfies never
  }
}
