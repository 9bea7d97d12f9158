import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runScript } from './run-script.ts'

const FOLDER = join(import.meta.dirname, '../../testdata')

test.each(readdirSync(FOLDER))('every answer in %s is as wanted', (file) => {
  expect(runScript(readFileSync(join(FOLDER, file), 'utf8'))).toEqual([])
})

test.each([
  ['load 1m\n  a 1\neval instant at 0 a\n  a 2', 3, 'want {__name__="a"}'],
  ['load 1m\n  a 1\neval instant at 0 a', 3, 'want nothing more'],
  ['eval instant at 0 a\n  a 1', 1, 'got no such series among nothing'],
  ['eval instant at 0 a +', 1, 'failed: 1:4'],
  ['eval instant at 0 1\n  expect fail\n  1', 1, 'want a failure'],
  [
    'load 1m\n  a{b="1"} 1\n  a{b="2"} 2\neval_ordered instant at 0 a\n  a{b="2"} 2\n  a{b="1"} 1',
    4,
    'at place 1',
  ],
  ['load 1m\n  a_total 1\neval instant at 0 a_total\n  expect warn\n  a_total 1', 3, 'want warn'],
  ['what is this', 1, 'want load, clear or eval'],
])('a wrong answer is told: %j', (script, line, message) => {
  const failures = runScript(script)
  expect(failures).toHaveLength(1)
  expect(failures[0]!.line).toBe(line)
  expect(failures[0]!.message).toContain(message.replace('{__name__="a"}', 'a 2'))
})
