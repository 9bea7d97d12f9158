/** Keeps what the server sent: of each name, type and set of tags one line is enough to know it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { say } from '../stand/verdicts.ts'

const FIXTURES = join(import.meta.dirname, '../../fixtures/rudderstack')

/** Of a destination's own figures each destination and each answer is wanted: these vary by value. */
const TELLING = /^(event_delivery|router_response_counts|router_aborted_events)[,:]/

export function recordLines(lines: readonly string[]): void {
  const byShape = new Map(lines.map((line) => [shape(line), line]))
  const text = [...byShape.values()].map(scrub).toSorted().join('\n')
  mkdirSync(FIXTURES, { recursive: true })
  writeFileSync(join(FIXTURES, 'statsd.txt'), `${text}\n`)
  say(`recorded ${byShape.size} lines into ${FIXTURES}`)
}

/** A line without its values. */
function shape(line: string): string {
  const [head = '', type = ''] = line.split('|')
  const tags = head.slice(0, head.lastIndexOf(':'))
  return `${TELLING.test(line) ? tags : tags.replaceAll(/=[^,]*/g, '')}|${type}`
}

/** This machine's name is nobody's business. */
function scrub(line: string): string {
  return line.replaceAll(hostname(), 'rudder-host')
}
