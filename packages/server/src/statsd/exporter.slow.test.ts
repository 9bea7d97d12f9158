import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Stand } from './test-stand.ts'
import { findPeer } from '../http/testing/peers.ts'
import { comparable, exporterPage } from './testing/exporter-page.ts'

/**
 * Mapping files and lines at random into statsd_exporter and into Weir: the same series with the same values. Only
 * what docs/statsd.md lists as different on purpose is not made up: patterns that are there twice, `a.b` after
 * `a.b.c`, dead ends without ordering, other types behind one name of a line, rates that are no whole number of repeats, sets, empty labels.
 */

const RUNS = 150

const exporter = findPeer('statsd_exporter')
if (exporter === undefined) {
  process.stderr.write('statsd_exporter is neither on PATH nor in WEIR_PEERS: not compared\n')
}

const word = fc.constantFrom('a', 'b', 'c', 'd-e', '5x', 'f_g')
const firstWord = word.filter((text) => !/^\d/.test(text))

/** A glob of two or three parts. */
const glob = fc
  .tuple(
    fc.oneof(firstWord, fc.constant('*')),
    fc.array(fc.oneof(word, fc.constant('*'), fc.constant('*')), { minLength: 1, maxLength: 2 }),
  )
  .map(([first, rest]) => [first, ...rest].join('.'))

const regex = fc.constantFrom(
  String.raw`^a\.(\w+)\.(.+)$`,
  String.raw`b\.([^.]+)`,
  String.raw`(?i)C\.(?P<rest>.*)`,
  String.raw`^(a|b|c)\.(.*)$`,
  String.raw`5x`,
  String.raw`(\w)-(\w)`,
  String.raw`\.(\pL+)$`,
  String.raw`^[[:alpha:]]+\.(b|f_g)\.?(.*)`,
)

/** A letter first: an empty label is a series of its own there, and an absent label here. */
const template = fc
  .constantFrom(
    'plain',
    '$1',
    '${1}',
    '${1}_x',
    '$1_x',
    '$2',
    '$1-$2',
    '$1$2',
    'x$1y',
    '$0',
    '$9',
    '$$',
    '$rest',
    'a b,c"d',
  )
  .map((text) => `t${text}`)
const name = fc.constantFrom('m_one', 'm_two', 'm_$1', 'm_${1}_t', '$1', 'n_${2}_${1}', 'm_$1_t')

interface Rule {
  readonly match: string
  readonly [key: string]: unknown
}

const common = {
  name,
  labels: fc.dictionary(fc.constantFrom('who', 'what', 'key_a'), template, { maxKeys: 2 }),
  match_metric_type: fc.constantFrom(undefined, undefined, 'counter', 'gauge', 'observer'),
  action: fc.constantFrom(undefined, undefined, undefined, 'map', 'drop'),
  honor_labels: fc.boolean(),
  scale: fc.option(fc.constantFrom(0, 0.5, 10, 0.001), { nil: undefined }),
}

const rules = fc
  .tuple(
    fc.uniqueArray(fc.record({ match: glob, ...common }), {
      maxLength: 8,
      selector: ({ match }) => match,
    }),
    fc.uniqueArray(fc.record({ match: regex, match_type: fc.constant('regex'), ...common }), {
      maxLength: 3,
      selector: ({ match }) => match,
    }),
  )
  .map(([globs, regexes]): Rule[] => [
    // Short ones first: the other way round the exporter does not find them.
    ...globs.toSorted((a, b) => a.match.split('.').length - b.match.split('.').length),
    ...regexes,
  ])

/** With ordering off the exporter goes back from a dead end only where its loader has seen a need; these are one. */
const FORCES_BACKTRACKING = [
  { match: 'zz.*.z.z.z.z.q', name: 'zz' },
  { match: 'zz.y.z.z.z.z.r', name: 'zz' },
]

const mapping = fc
  .record({
    defaults: fc.record({
      observer_type: fc.constantFrom(undefined, 'summary', 'histogram'),
      glob_disable_ordering: fc.boolean(),
    }),
    mappings: rules,
  })
  .map(({ defaults, mappings }) =>
    JSON.stringify({ defaults, mappings: [...FORCES_BACKTRACKING, ...mappings] }),
  )

const tagKey = fc.constantFrom('who', 'k', 'my-key', '5k')
const tagValue = fc.constantFrom('v', 'w', 'a b', 'x:y', 'é', '"q"\\')
const tags = fc.array(fc.tuple(tagKey, tagValue), { minLength: 1, maxLength: 3 })

const sample = fc.tuple(
  fc.constantFrom('1', '2.5', '0', '1e2', '-3', '+4', '007', '12_500', 'x1', ''),
  fc.constantFrom('', '', '', '|@0.5', '|@1', '|@0.1'),
)

const line = fc
  .record({
    parts: fc.tuple(firstWord, fc.array(word, { maxLength: 3 })).map(([a, b]) => [a, ...b]),
    type: fc.constantFrom('c', 'c', 'g', 'ms', 'h', 'd', 'zz'),
    samples: fc.array(sample, { minLength: 1, maxLength: 2 }),
    style: fc.constantFrom('none', 'dog', 'influx', 'librato', 'signalfx'),
    tags,
  })
  .map(({ parts, type, samples, style, tags: list }) => {
    const named = parts.join('.')
    const inName = list
      .filter(([, value]) => !/[:,[\]]/.test(value))
      .map(([key, value]) => `${key}=${value}`)
      .join(',')
    // With tags behind, a colon inside them would end the sample: one sample only, as clients send.
    const body = (style === 'dog' ? samples.slice(0, 1) : samples)
      .map(([value, rate]) => `${value}|${type}${rate}`)
      .join(':')
    if (style === 'dog') return `${named}:${body}|#${list.map((tag) => tag.join(':')).join(',')}`
    if (inName === '' || style === 'none') return `${named}:${body}`
    if (style === 'influx') return `${named},${inName}:${body}`
    return style === 'librato' ? `${named}#${inName}:${body}` : `${named}[${inName}]:${body}`
  })

/** Quantiles are estimates on both sides; that they are there is what is compared. */
function withoutEstimates(lines: readonly string[]): string[] {
  return lines
    .map(comparable)
    .map((each) => (each.includes('quantile="') ? each.replace(/ \S+$/, '') : each))
    .toSorted()
}

describe.runIf(exporter !== undefined)('statsd_exporter', () => {
  test(
    'agrees with Weir on mapping files and lines made up at random',
    { timeout: 600_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(
          mapping,
          fc.array(line, { minLength: 20, maxLength: 150 }),
          async (file, lines) => {
            const theirs = await exporterPage(exporter!, file, ['zz.begin:1|c', ...lines])
            const ours = new Stand(file).send('zz.begin:1|c', ...lines).page()
            expect(withoutEstimates(ours)).toEqual(withoutEstimates(theirs))
          },
        ),
        { numRuns: RUNS, endOnFailure: true },
      )
    },
  )
})
