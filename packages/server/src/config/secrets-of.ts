import { readFileSync, statSync } from 'node:fs'
import { parseDocument } from 'yaml'
import { isSecretParameter } from './redact-text.ts'
import { isSecret, isSecretFile } from './redact.ts'

/** Shorter ones are words that stand everywhere. */
const LENGTH_MIN = 6
const FILE_BYTES_MAX = 64 * 1024

/**
 * The secrets themselves that a configuration has, and those in files that it names: for whoever must see
 * to it that they are in nothing that leaves.
 *
 * @param alertmanager the text of its alertmanager.yml
 */
export function secretsOf(config: unknown, alertmanager = ''): string[] {
  const found = new Set<string>()
  walk(config, [], found)
  const document = parseDocument(alertmanager)
  if (document.errors.length === 0) walk(document.toJS({ maxAliasCount: 100 }), [], found)
  // The longest first: one may be the beginning of another.
  return [...found].filter(({ length }) => length >= LENGTH_MIN).toSorted(byLength)
}

function walk(value: unknown, path: readonly string[], found: Set<string>): void {
  if (typeof value === 'string') {
    if (isSecret(path)) found.add(value)
    if (isSecretFile(path.at(-1) ?? '')) found.add(contentOf(value))
    for (const secret of secretsOfUrl(value)) found.add(secret)
  } else if (Array.isArray(value)) {
    for (const item of value) walk(item, path, found)
  } else if (typeof value === 'object' && value !== null) {
    const isHidden = isSecret(path)
    for (const [key, inner] of Object.entries(value)) {
      walk(inner, isHidden ? path : [...path, key], found)
    }
  }
}

function contentOf(file: string): string {
  try {
    return statSync(file).size > FILE_BYTES_MAX ? '' : readFileSync(file, 'utf8').trim()
  } catch {
    return '' // what cannot be read was sent to nobody
  }
}

function secretsOfUrl(text: string): string[] {
  if (!URL.canParse(text)) return []
  const { password, searchParams } = new URL(text)
  const parameters = [...searchParams].filter(([name]) => isSecretParameter(name))
  return [password, decodeURIComponent(password), ...parameters.map(([, value]) => value)]
}

function byLength(a: string, b: string): number {
  return b.length - a.length
}
