import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import type { QuerySample, RuleQuery } from '../rules/source.ts'
import { RuleTemplate } from './prometheus.ts'

const SAMPLES: readonly QuerySample[] = [
  { labels: Labels.of({ __name__: 'up', instance: 'b' }), value: 1 },
  { labels: Labels.of({ __name__: 'up', instance: 'a' }), value: 0 },
]

const query: RuleQuery = async (expr) => {
  if (expr === 'fails') throw new Error('the store is away')
  return expr === 'up' ? SAMPLES : []
}

function expand(text: string, value = 0.5): Promise<string> {
  return new RuleTemplate('__alert_T', text).expand({
    labels: Labels.of({ instance: 'db-1:9100', 'a.b': 'dot' }),
    value,
    externalLabels: Labels.of({ site: 'north' }),
    externalUrl: 'http://weir.example/base',
    timeMs: 1_000_000_000,
    query,
  })
}

test.each([
  ['no actions at all', 'no actions at all'],
  ['{{ $labels.instance }} {{ $value }}', 'db-1:9100 0.5'],
  ['{{ .Labels.instance }} {{ .Value }} {{ $labels.missing }}|', 'db-1:9100 0.5 |'],
  ['{{ index $labels "a.b" }}', 'dot'],
  [
    '{{ $externalLabels.site }} {{ $externalURL }} {{ externalURL }} {{ pathPrefix }}',
    'north http://weir.example/base http://weir.example/base /base',
  ],
  [
    '{{ humanize 1234567.0 }} {{ humanize 0.5 }} {{ humanize "1e9" }} {{ humanize 0.0 }}',
    '1.235M 500m 1G 0',
  ],
  ['{{ humanize1024 123456.0 }} {{ humanize1024 1.0 }}', '120.6ki 1'],
  [
    '{{ humanizeDuration 93784 }} {{ humanizeDuration 7384 }} {{ humanizeDuration 184 }}',
    '1d 2h 3m 4s 2h 3m 4s 3m 4s',
  ],
  [
    '{{ humanizeDuration 4.1234 }} {{ humanizeDuration 0.5 }} {{ humanizeDuration 0 }} {{ humanizeDuration -93784 }}',
    '4.123s 500ms 0s -1d 2h 3m 4s',
  ],
  ['{{ humanizePercentage 0.5 }} {{ humanizePercentage 1234.56 }}', '50% 1.235e+05%'],
  ['{{ humanizeTimestamp 1000000.5 }}', '1970-01-12 13:46:40.5 +0000 UTC'],
  ['{{ (toTime 1000000).Year }}', '1970'],
  ['{{ title "hello wOrld" }} {{ toUpper "a" }} {{ toLower "A" }}', 'Hello WOrld A a'],
  ['{{ match "a.c" "xabcx" }} {{ reReplaceAll "(a)(b)" "$2${1}" "abab" }}', 'true baba'],
  [
    '{{ stripPort "h:1" }} {{ stripPort "[::1]:1" }} {{ stripPort "h" }} {{ stripDomain "h.x.org:1" }} {{ stripDomain "10.0.0.1:1" }}',
    'h ::1 h h:1 10.0.0.1:1',
  ],
  ['{{ parseDuration "1h30m" }} {{ toDuration 90 }}', '5400 1m30s'],
  [
    '{{ graphLink "up == 1" }} {{ tableLink "up" }}',
    '/graph?g0.expr=up+%3D%3D+1&g0.tab=0 /graph?g0.expr=up&g0.tab=1',
  ],
  [
    '{{ with query "up" }}{{ . | first | label "instance" }}={{ . | first | value }}{{ end }}',
    'b=1',
  ],
  [
    '{{ range query "up" | sortByLabel "instance" }}{{ .Labels.instance }}:{{ .Value }} {{ end }}',
    'a:0 b:1 ',
  ],
  ['{{ range query "none" }}x{{ else }}nothing{{ end }}', 'nothing'],
  ['{{ define "x" }}<{{ .arg0 }}>{{ end }}{{ tmpl "x" (args 1) }}', '<1>'],
  ['{{ if gt $value 0.1 }}high{{ end }}', 'high'],
])('%j becomes %j', async (text, want) => {
  expect(await expand(text)).toBe(want)
})

test.each([
  [1234567, '1.234567e+06'],
  [0.00001, '1e-05'],
  [123456, '123456'],
  [Number.NaN, 'NaN'],
  [Infinity, '+Inf'],
])('$value of %d shows as Go shows it', async (value, want) => {
  expect(await expand('{{ $value }}', value)).toBe(want)
})

test.each([
  ['{{ query "none" | first }}', 'first() called on vector with no elements'],
  ['{{ query "fails" }}', 'the store is away'],
  ['{{ humanize "x" }}', 'strconv.ParseFloat: parsing "x": invalid syntax'],
  ['{{ gt $value 1 }}', 'incompatible types for comparison'],
  ['{{ range 30 }}{{ query (print "q" .) }}{{ end }}', 'more than 20 queries'],
])('%j shows what failed and loses nothing else', async (text, want) => {
  const shown = await expand(text)
  expect(shown).toMatch(/^<error expanding template: error executing template __alert_T: /)
  expect(shown).toContain(want)
})
