import { RE2JS } from 're2js'
import { spend, withBudget } from './budget.ts'
import { type GoFunction, TemplateFailure, goFunction } from './go-value.ts'

const cache = new Map<string, RE2JS>()
const CACHE_MAX = 500

/** A compiled RE2 expression: linear time, whatever it says. */
function compile(pattern: string): RE2JS {
  const known = cache.get(pattern)
  if (known !== undefined) return known
  let compiled: RE2JS
  try {
    compiled = RE2JS.compile(pattern)
  } catch (cause) {
    const { message } = cause as Error
    const prefix = 'error parsing regexp: '
    throw new TemplateFailure(message.startsWith(prefix) ? message : prefix + message)
  }
  if (cache.size >= CACHE_MAX) cache.clear()
  cache.set(pattern, compiled)
  return compiled
}

function mustCompile(pattern: string): RE2JS {
  try {
    return compile(pattern)
  } catch (cause) {
    throw new TemplateFailure(`regexp: Compile(\`${pattern}\`): ${(cause as Error).message}`)
  }
}

/** Whether the expression is found anywhere in the text. */
function isMatch(pattern: string, text: string): boolean {
  return compile(pattern).matcher(text).find()
}

/** Replaces every match; `$1`, `${1}` and `${name}` stand for groups, `$$` for a dollar sign. */
function replaceAll(pattern: string, replacement: string, text: string): string {
  return withBudget(() => replaceEach(pattern, replacement, text))
}

function replaceEach(pattern: string, replacement: string, text: string): string {
  const matcher = mustCompile(pattern).matcher(text)
  let result = ''
  let end = 0
  while (matcher.find()) {
    // As Go has it, nothing is not found again right behind something.
    if (matcher.end() === end && matcher.start() === end && end > 0) continue
    result += text.slice(end, matcher.start())
    const filled = replacement.replace(
      /\$(?:(\$)|\{(\w+)\}|(\w+))/g,
      (_, dollar?: string, braced?: string, bare?: string) => {
        if (dollar !== undefined) return '$'
        return groupOf(matcher, braced ?? bare ?? '')
      },
    )
    spend(filled.length)
    result += filled
    end = matcher.end()
  }
  return result + text.slice(end)
}

function groupOf(matcher: ReturnType<RE2JS['matcher']>, name: string): string {
  try {
    if (!/^\d+$/.test(name)) return matcher.group(name) ?? ''
    return Number(name) <= matcher.groupCount() ? (matcher.group(Number(name)) ?? '') : ''
  } catch {
    return '' // no such group: Go puts nothing there either
  }
}

export const REGEX_FUNCTIONS: readonly (readonly [string, GoFunction])[] = [
  [
    'match',
    goFunction(['string', 'string'], ([pattern, value]) =>
      isMatch(pattern as string, value as string),
    ),
  ],
  [
    'reReplaceAll',
    goFunction(['string', 'string', 'string'], ([pattern, replacement, value]) =>
      replaceAll(pattern as string, replacement as string, value as string),
    ),
  ],
]
