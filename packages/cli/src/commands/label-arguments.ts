import { type Matcher, WeirError } from '@weir/model'
import { parseMatcher } from '@weir/server/words'

/**
 * Matchers as amtool takes them: one each, and a first one that is none is the name of the alert.
 *
 * @throws {WeirError} `HTTP_PARAMETER`
 */
export function matcherArguments(given: readonly string[]): Matcher[] {
  return given.map((text, i) => {
    try {
      const { name, operator, value } = parseMatcher(text)
      return { name, operator, value }
    } catch (cause) {
      if (i === 0 && /^[^=~!{}]+$/.test(text)) {
        return { name: 'alertname', operator: '=', value: text }
      }
      const why = `${(cause as Error).message}; want name=value, name!=value, name=~regex or name!~regex`
      throw new WeirError('HTTP_PARAMETER', `Cannot use ${JSON.stringify(text)}: ${why}`)
    }
  })
}

/**
 * Labels, by the same rules.
 *
 * @throws {WeirError} `HTTP_PARAMETER`
 */
export function labelArguments(given: readonly string[]): Record<string, string> {
  const pairs = matcherArguments(given).map(({ name, operator, value }, i) => {
    if (operator === '=') return [name, value] as const
    const text = JSON.stringify(given[i])
    throw new WeirError('HTTP_PARAMETER', `Cannot use ${text} as a label: want name=value`)
  })
  return Object.fromEntries(pairs)
}

/** `key=value` options that may be given more than once. @throws {WeirError} `HTTP_PARAMETER` */
export function pairArguments(flag: string, given: readonly string[]): Record<string, string> {
  const pairs = given.map((text) => {
    const at = text.indexOf('=')
    if (at > 0) return [text.slice(0, at), text.slice(at + 1)] as const
    throw new WeirError(
      'HTTP_PARAMETER',
      `Cannot use ${flag} ${JSON.stringify(text)}: want name=value`,
    )
  })
  return Object.fromEntries(pairs)
}

/** For options that may be given more than once. */
export function gather(one: string, before: readonly string[]): string[] {
  return [...before, one]
}
