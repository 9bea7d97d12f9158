import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { peer } from '../testing/peers.ts'
import { checkAlertmanagerConfig } from './config.ts'

const amtool = peer('amtool')

const R = 'receivers: [{name: r}, {name: s}]\n'
const child = (keys: string): string => `${R}route: {receiver: r, routes: [{${keys}}]}\n`
const root = (keys: string): string => `${R}route: {receiver: r, ${keys}}\n`
const more = (keys: string): string => `${root('')}${keys}\n`
const interval = (keys: string): string =>
  more(`time_intervals: [{name: x, time_intervals: [{${keys}}]}]`)
const inhibit = (keys: string): string => more(`inhibit_rules: [{${keys}}]`)

/** Good and bad configs; who is right is for amtool to say. */
const CONFIGS: readonly string[] = [
  '',
  'route: {receiver: r}',
  'receivers: [{name: r}]',
  `${R}route: {}`,
  `${R}route: {receiver: x}`,
  more(''),
  more('unknown: x'),
  'receivers: [{name: r}, {name: r}]\nroute: {receiver: r}',
  'receivers: [{}]\nroute: {receiver: r}',
  root('matchers: [a=b]'),
  root('match: {a: b}'),
  root('match_re: {a: b}'),
  root('continue: true'),
  root('continue: false'),
  root('mute_time_intervals: []'),
  root('mute_time_intervals: [x]'),
  root("group_by: ['...']"),
  root("group_by: ['...', a]"),
  root("group_by: ['...', '...']"),
  root('group_by: [a, a]'),
  root('group_by: []'),
  root("group_by: ['']"),
  root('group_by: [a.b, "ü"]'),
  root('group_wait: 0s'),
  root('group_wait: 0'),
  root('group_wait: 5'),
  root('group_wait: -5s'),
  root('group_wait: 1d12h30m'),
  root('group_wait: 30m1d'),
  root('group_wait: 1.5h'),
  root('group_interval: 0s'),
  root('repeat_interval: 0s'),
  root('repeat_interval: 100ms'),
  child('receiver: s'),
  child('receiver: x'),
  child('continue: true'),
  child('matchers: [a=b, "c=~d|e", "{f!=g, h!~i}"]'),
  child('matchers: ["a"]'),
  child('matchers: ["a=~("]'),
  child('matchers: a=b'),
  child('match: {a-b: c}'),
  child('match_re: {a-b: c}'),
  child('match_re: {a: "("}'),
  child('mute_time_intervals: [x]'),
  child('active_time_intervals: [x]'),
  `${child('mute_time_intervals: [x], active_time_intervals: [y]')}time_intervals: [{name: x}]\nmute_time_intervals: [{name: y}]\n`,
  more('time_intervals: [{}]'),
  more('time_intervals: [{name: x}, {name: x}]'),
  more('time_intervals: [{name: x}]\nmute_time_intervals: [{name: x}]'),
  interval(''),
  interval('times: [{start_time: "00:00", end_time: "24:00"}]'),
  interval('times: [{start_time: 09:00, end_time: 17:30}]'),
  interval('times: [{start_time: "9:00", end_time: "17:00"}]'),
  interval('times: [{start_time: "17:00", end_time: "09:00"}]'),
  interval('times: [{start_time: "17:00"}]'),
  interval('times: [{start_time: "17:00", end_time: "24:30"}]'),
  interval('times: [{start_time: "17:60", end_time: "18:00"}]'),
  interval('weekdays: [Monday, "tuesday:FRIDAY"]'),
  interval('weekdays: [mon]'),
  interval('weekdays: [1]'),
  interval('weekdays: ["friday:monday"]'),
  interval('weekdays: ["monday:tuesday:friday"]'),
  interval('weekdays: monday'),
  interval('days_of_month: [1, "5:10", "-3:-1", "1:-1"]'),
  interval('days_of_month: [0]'),
  interval('days_of_month: [32]'),
  interval('days_of_month: ["-32"]'),
  interval('days_of_month: ["-3:3"]'),
  interval('days_of_month: ["-1:-3"]'),
  interval('days_of_month: ["28:-1"]'),
  interval('days_of_month: ["27:-1"]'),
  interval('days_of_month: ["10:5"]'),
  interval('months: [january, 2, "3:5", "JUNE:august", 13]'),
  interval('months: [jan]'),
  interval('months: ["may:2"]'),
  interval('years: [2026, "2026:2028"]'),
  interval('years: ["2028:2026"]'),
  interval('years: [x]'),
  interval('location: Europe/Berlin'),
  interval('location: Local'),
  interval('location: ""'),
  interval('location: Europe/Nowhere'),
  interval('location: "+01:00"'),
  interval('hours: [1]'),
  inhibit(''),
  inhibit('name: n, source_matchers: [a=b], target_matchers: ["c=~d"], equal: [e, f.g]'),
  inhibit(
    'source_match: {a: b}, source_match_re: {c: d.*}, target_match: {e: f}, target_match_re: {g: h}',
  ),
  inhibit('source_match: {a-b: c}'),
  inhibit('target_match: {a-b: c}'),
  inhibit('target_match_re: {a: "("}'),
  inhibit('source_matchers: [a]'),
  inhibit('equal: [""]'),
  inhibit('equal: a'),
  inhibit('sources: [a=b]'),
]

test.runIf(amtool !== undefined)('amtool takes the same configs, and refuses the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-check-'))
  const files = CONFIGS.map((text, i) => {
    const file = join(folder, `${i}.yml`)
    writeFileSync(file, text)
    return file
  })
  const { stdout } = spawnSync(amtool!, ['check-config', ...files], { encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  const theirs = [...stdout.matchAll(/Checking '.*'\s+(SUCCESS|FAILED)/g)].map(
    ([, verdict]) => verdict === 'SUCCESS',
  )
  expect(theirs).toHaveLength(CONFIGS.length)
  const verdicts = (isGood: (i: number) => boolean): string[] =>
    CONFIGS.map((text, i) => `${isGood(i) ? 'good' : 'bad'}: ${text}`)
  expect(
    verdicts((i) => checkAlertmanagerConfig({ fileName: 'a.yml', text: CONFIGS[i]! }).length === 0),
  ).toEqual(verdicts((i) => theirs[i]!))
})
