import type { RulesTestOutcome } from '@weir/server'
import type { TestedFile } from '../commands/rules-test.ts'
import { failureLines, plain } from './rules-test-text.ts'

/** Results as JUnit writes them, for build servers: a suite for each file. */
export function junitXml(files: readonly TestedFile[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${files.map(suite).join('')}</testsuites>\n`
}

function suite({ file, tests, error }: TestedFile): string {
  const failures = tests.filter((test) => test.failures.length > 0).length
  const counts = `tests="${tests.length}" failures="${failures}" errors="${error === '' ? 0 : 1}"`
  const broken = error === '' ? '' : `    <system-err>${escaped(error)}</system-err>\n`
  return `  <testsuite name="${escaped(file)}" ${counts}>\n${tests.map(testCase).join('')}${broken}  </testsuite>\n`
}

function testCase({ name, failures, tookMs }: RulesTestOutcome): string {
  const head = `    <testcase name="${escaped(name)}" time="${(tookMs / 1000).toFixed(3)}"`
  if (failures.length === 0) return `${head}/>\n`
  const texts = failures.map((failure) => failureLines(failure, plain).join('\n'))
  const shown = texts.map((text) => `      <failure>${escaped(text)}</failure>\n`)
  return `${head}>\n${shown.join('')}    </testcase>\n`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

/** What XML cannot hold, control characters, is left out. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cs}]/gu, (char) => (/[\t\n\r]/.test(char) ? char : ''))
    .replaceAll(/[&<>"]/g, (char) => ENTITIES[char]!)
}
