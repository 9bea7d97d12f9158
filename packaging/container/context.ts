import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Files of a checkout that a build may see, by rules as a .dockerignore has them: `*`, `!kept`, `**` + `/name`. */
function contextFiles(root: string, rulesText: string): string[] {
  const rules = rulesText.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const listed = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  return listed.split('\0').filter((path) => path !== '' && isSeen(path, rules))
}

/** The last rule that matches decides. */
function isSeen(path: string, rules: readonly string[]): boolean {
  let seen = true
  for (const rule of rules) {
    const kept = rule.startsWith('!')
    if (matches(path, kept ? rule.slice(1) : rule)) seen = kept
  }
  return seen
}

/** Whether a rule means a file or a folder above it; `*` is the only pattern within a name. */
function matches(path: string, rule: string): boolean {
  const pattern = rule.replace(/^\*\*\//, '')
  const source = pattern
    .split('*')
    .map((text) => text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^/]*')
  return new RegExp(`^${pattern === rule ? '' : '(.*/)?'}${source}(/|$)`).test(path)
}

export function copyContext(root: string, ignoreFile: string, to: string): number {
  const files = contextFiles(root, readFileSync(ignoreFile, 'utf8'))
  const there = files.filter((file) => existsSync(join(root, file)))
  for (const file of there) cpSync(join(root, file), join(to, file))
  return there.length
}
