import { expect, test } from 'vitest'
import { junitXml } from './junit-xml.ts'
import { failureLines, plain } from './rules-test-text.ts'

const HIGH = {
  kind: 'alert',
  line: 7,
  alertName: 'High',
  evalMs: 390_000,
  expected: [
    { labels: { job: 'a', alertname: 'High' }, annotations: { summary: 'a is at 5' } },
    { labels: { job: 'b' }, annotations: {} },
    { labels: { job: 'same' }, annotations: { on: 'both' } },
  ],
  got: [
    { labels: { job: 'same' }, annotations: { on: 'both' } },
    { labels: { alertname: 'High', job: 'a' }, annotations: { summary: 'a is at 6' } },
    { labels: { job: 'c' }, annotations: {} },
  ],
} as const

test('what differs is marked, what is nearly the same comes together', () => {
  expect(failureLines(HIGH, plain)).toEqual([
    'line 7: alert High at 6m30s: 3 expected, 3 firing',
    '  {alertname="High", job="a"}',
    '-     summary: "a is at 5"',
    '+     summary: "a is at 6"',
    '- {job="b"}',
    '  {job="same"}',
    '      on: "both"',
    '+ {job="c"}',
  ])
})

test('an answer shows samples and histograms', () => {
  const failure = {
    kind: 'expr',
    line: undefined,
    expr: 'x',
    evalMs: 0,
    expected: [{ labels: { __name__: 'x' }, value: 0.30000000000000004, histogram: '' }],
    got: [{ labels: { __name__: 'x', a: '"' }, value: 0, histogram: '{{count:1}}' }],
  } as const
  expect(failureLines(failure, plain)).toEqual([
    'x at 0s: 1 expected, 1 in the answer',
    '- x',
    '-     0.30000000000000004',
    '+ x{a="\\""}',
    '+     {{count:1}}',
  ])
})

test('JUnit gets a suite for each file, and nothing that XML cannot hold', () => {
  const xml = junitXml([
    {
      file: 'a&b.yml',
      error: '',
      tests: [
        { name: 'fine', line: 1, failures: [], dump: [], tookMs: 12.4 },
        {
          name: 'a "<test>"',
          line: 2,
          failures: [{ kind: 'error', line: 2, message: 'bad\u0000 & worse' }],
          dump: [],
          tookMs: 0,
        },
      ],
    },
    { file: 'torn.yml', error: 'cannot be read', tests: [] },
  ])
  expect(xml).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="a&amp;b.yml" tests="2" failures="1" errors="0">
    <testcase name="fine" time="0.012"/>
    <testcase name="a &quot;&lt;test&gt;&quot;" time="0.000">
      <failure>bad &amp; worse</failure>
    </testcase>
  </testsuite>
  <testsuite name="torn.yml" tests="0" failures="0" errors="1">
    <system-err>cannot be read</system-err>
  </testsuite>
</testsuites>
`)
})
