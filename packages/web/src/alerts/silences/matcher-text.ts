import type { SilenceMatcher } from '../../api/alerts.ts'

const MATCHER = /^\s*([^\s=!~"]+)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^"\s]*))\s*$/

/** `team="x"` as Alertmanager's API has it; undefined when it cannot be read. */
export function parseMatcher(text: string): SilenceMatcher | undefined {
  const found = MATCHER.exec(text)
  if (found === null) return undefined
  const [, name = '', operator = '', quoted, bare = ''] = found
  const value = quoted === undefined ? bare : unquoted(quoted)
  return {
    name,
    value,
    isRegex: operator.endsWith('~'),
    isEqual: !operator.startsWith('!'),
  }
}

function unquoted(text: string): string {
  return text.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign))
}

export function matcherText({ name, value, isRegex, isEqual }: SilenceMatcher): string {
  return `${name}${operatorOf({ isRegex, isEqual })}${JSON.stringify(value)}`
}

export function operatorOf({
  isRegex,
  isEqual,
}: Pick<SilenceMatcher, 'isRegex' | 'isEqual'>): string {
  if (isRegex) return isEqual ? '=~' : '!~'
  return isEqual ? '=' : '!='
}

/** Lines of text as matchers; the first line that cannot be read, if any. */
export function parseMatchers(text: string): {
  readonly matchers: readonly SilenceMatcher[]
  readonly wrong: string | undefined
} {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const matchers = lines.map(parseMatcher)
  const wrong = lines[matchers.indexOf(undefined)]
  return { matchers: matchers.filter((one) => one !== undefined), wrong }
}

/** One line for each label. */
export function exactMatchers(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => matcherText({ name, value, isRegex: false, isEqual: true }))
    .join('\n')
}
