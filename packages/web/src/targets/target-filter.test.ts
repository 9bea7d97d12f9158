import type { ScrapeJobView } from '@weir/packs'
import { expect, test } from 'vitest'
import type { Target } from '../api/prometheus.ts'
import { errorHint, shortError } from './error-hint.ts'
import { type TargetWish, countHealths, selectorOf, wantedTargets } from './target-filter.ts'

const job = (name: string, more: Partial<ScrapeJobView> = {}): ScrapeJobView => ({
  job: name,
  discoverers: [],
  activeCount: 0,
  droppedCount: 0,
  faults: [],
  faultCount: 0,
  ...more,
})

const target = (scrapePool: string, host: string, health: Target['health']): Target => ({
  discoveredLabels: {},
  labels: { job: scrapePool, instance: `${host}:1` },
  scrapePool,
  scrapeUrl: `http://${host}:1/metrics`,
  lastError: health === 'down' ? 'Connection refused' : '',
  lastScrape: '',
  lastScrapeDuration: 0,
  health,
  scrapeInterval: '15s',
  scrapeTimeout: '10s',
})

const FAILING = {
  kind: 'http',
  title: 'u',
  targetCount: 0,
  lastRefreshMs: null,
  lastError: 'no',
  lastErrorMs: 1,
}
const JOBS = [job('fine'), job('empty'), job('blind', { discoverers: [FAILING] }), job('broken')]
const TARGETS = [
  target('fine', 'a', 'up'),
  target('fine', 'b', 'unknown'),
  target('broken', 'c', 'up'),
  target('broken', 'd', 'down'),
]

const NO_WISH: TargetWish = { query: '', health: undefined, job: undefined }

/** `job: host host` each. */
function wanted(wish: Partial<TargetWish>): string[] {
  return wantedTargets(JOBS, TARGETS, { ...NO_WISH, ...wish }).map(
    ({ job: { job: name }, targets }) =>
      [`${name}:`, ...targets.map(({ scrapeUrl }) => scrapeUrl[7])].join(' '),
  )
}

test.each<[Partial<TargetWish>, string[]]>([
  [{}, ['broken: d c', 'blind:', 'fine: b a', 'empty:']],
  [{ health: 'up' }, ['fine: a', 'broken: c']],
  [{ query: 'REFUSED' }, ['broken: d']],
  [{ query: 'instance=a' }, ['fine: a']],
  [{ query: 'job=fine  :1' }, ['fine: b a']],
  [{ query: 'nothing' }, []],
  [{ job: 'empty' }, ['empty:']],
  [{ job: 'fine', health: 'down' }, []],
])('with %j these are shown: %j', (wish, want) => expect(wanted(wish)).toEqual(want))

test('healths are counted', () => {
  expect(countHealths(TARGETS)).toEqual({ up: 2, unknown: 1, down: 1 })
})

test('the series of a target are selected by its labels, odd ones too', () => {
  expect(selectorOf({ job: 'a"b', 'x.y': '\\' }, 'up')).toBe(String.raw`up{job="a\"b", "x.y"="\\"}`)
})

test('an error does not repeat the URL above it', () => {
  expect(shortError('Cannot scrape http://a: no', 'http://a')).toBe('no')
  expect(shortError('Cannot read line 2 of http://a: x', 'http://a')).toContain('line 2 of')
})

test.each([
  ['Cannot scrape http://a: want status 200, got 403', /basic_auth/],
  ['Cannot scrape http://a: no whole answer within 10s (scrape_timeout)', /scrape_timeout/],
  ['Cannot scrape http://a: want at most 2 samples (sample_limit), got 3', /Raise that limit/],
  ['Cannot scrape http://a: nothing answers at that address (connecting timed out)', /firewalls/],
  ['Cannot scrape http://a: it is a teapot', undefined],
])('what to do about %j', (message, want) => {
  if (want === undefined) expect(errorHint(message)).toBeUndefined()
  else expect(errorHint(message)).toMatch(want)
})
