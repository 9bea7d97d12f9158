import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { peer } from '../testing/peers.ts'
import { checkRules } from './config.ts'

const rule = (text: string): string =>
  `groups:\n- name: g\n  rules:\n  - ${text.replaceAll('\n', '\n    ')}\n`

/** Files that Prometheus's own tool judges the same way. */
const FILES: readonly string[] = [
  '',
  'groups:',
  'groups: []',
  '# only a comment\n',
  'groups:\n- name: g\n',
  'groups:\n- name: g\n  interval: 1d12h\n  limit: 5\n  query_offset: 1m30s\n  labels: {a: b}\n',
  rule(
    'alert: A\nexpr: up == 0\nfor: 5m\nlabels: {severity: 1, on: yes}\nannotations: {s: "{{ $value | humanize }} {{ $labels.job }}"}',
  ),
  rule('record: job:up:sum\nexpr: sum by (job) (up)\nlabels: {a: ""}'),
  rule('alert: A\nexpr: "1"\nfor: 0\nkeep_firing_for: 1h'),
  rule('alert: A\nexpr: |\n  sum(\n    rate(x[5m])\n  ) > 1'),
  rule(
    'alert: A\nexpr: up\nannotations: {s: "{{ with query \\"up\\" }}{{ . | first | value }}{{ end }}"}',
  ),
  rule(
    'alert: A\nexpr: up\nannotations: {s: "{{ range $i, $x := query `up` }}{{ $i }}{{ $x.Value }}{{ end }}"}',
  ),
  rule('alert: A\nexpr: up\nannotations: {s: "{{ .Labels.x.y }}"}'), // fails only when it runs
  rule('alert: A\nexpr: up\nlabels: {"with.dot": x}'),
  rule('record: "with space"\nexpr: up'),
  rule('alert: A\nexpr: up\nlabels:\nannotations:'),
  'groups:\n- name: a\n- name: a\n',
  'groups:\n- rules: []\n',
  'groups:\n- name: a\n  rules: {}\n',
  'groups:\n- name: a\n  nope: 1\n',
  'nope: 1\n',
  'groups: 5\n',
  'groups:\n- name: a\n  interval: 5\n',
  'groups:\n- name: a\n  interval: -5s\n',
  'groups:\n- name: a\n  limit: many\n',
  'groups:\n- name: a\n  name: b\n',
  'groups: [\n',
  '\tgroups: []\n',
  rule('alert: A'),
  rule('expr: up'),
  rule('alert: A\nrecord: b\nexpr: up'),
  rule('alert: A\nexpr: up\nfor: soon'),
  rule('alert: A\nexpr: up\nseverity: page'),
  rule('record: a\nexpr: up\nfor: 5m'),
  rule('record: a\nexpr: up\nkeep_firing_for: 5m'),
  rule('record: a\nexpr: up\nannotations: {a: b}'),
  rule('record: a{b="c"}\nexpr: up'),
  rule('alert: A\nexpr: up\nlabels: {__name__: x}'),
  rule('record: a\nexpr: up\nlabels: {__name__: x}'),
  rule('alert: A\nexpr: sum(('),
  rule('alert: A\nexpr: up{'),
  rule('alert: A\nexpr: rate(up)'),
  rule('alert: A\nexpr: nope(up)'),
  rule('alert: A\nexpr: up\nannotations: {s: "{{ nope }}"}'),
  rule('alert: A\nexpr: up\nannotations: {s: "{{ $nope }}"}'),
  rule('alert: A\nexpr: up\nannotations: {s: "{{ if }}"}'),
  rule('alert: A\nexpr: up\nannotations: {s: "{{ end }}"}'),
  rule('alert: A\nexpr: up\nannotations: {s: "{{ .X "}'),
  rule('alert: A\nexpr: up\nlabels: {s: "{{ $labels.x | }}"}'),
  rule('alert: A\nexpr: up\nlabels: [a, b]'),
]

const promtool = peer('promtool')
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-promtool-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.runIf(promtool !== undefined)('promtool and Weir pass the same verdict on each file', () => {
  const verdicts = FILES.map((text, i) => {
    const path = join(folder, `${i}.yml`)
    writeFileSync(path, text)
    const judged = spawnSync(promtool!, ['check', 'rules', path], { encoding: 'utf8' })
    const { problems } = checkRules(text, path)
    return {
      text,
      promtool: judged.status === 0,
      weir: problems.length === 0,
      problems,
      said: judged.stderr,
    }
  })
  expect(verdicts.filter((verdict) => verdict.promtool !== verdict.weir)).toEqual([])
})
