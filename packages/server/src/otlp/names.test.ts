import { OTLP_GAUGE, OTLP_HISTOGRAM, OTLP_SUM } from '@weir/wire'
import { describe, expect, test } from 'vitest'
import { otlpConfig } from './config.ts'
import { labelName, metricName } from './names.ts'
import { plainDecimal } from './plain-decimal.ts'

const gauge = { kind: OTLP_GAUGE, isMonotonic: false } as const
const counter = { kind: OTLP_SUM, isMonotonic: true } as const
const upDown = { kind: OTLP_SUM, isMonotonic: false } as const
const histogram = { kind: OTLP_HISTOGRAM, isMonotonic: false } as const

describe('names with underscores and suffixes', () => {
  test.each([
    ['http.server.duration', 'ms', histogram, 'http_server_duration_milliseconds'],
    ['http.server.duration.seconds', 's', histogram, 'http_server_duration_seconds'],
    ['requests', '{request}', counter, 'requests_total'],
    ['requests.total.count', '1', counter, 'requests_count_total'],
    ['ratio.of.hits', '1', gauge, 'of_hits_ratio'],
    ['hits', '1', upDown, 'hits'],
    ['io', 'By/s', gauge, 'io_bytes_per_second'],
    ['io', '{x}/s', gauge, 'io_per_second'],
    ['io', 'km/h', gauge, 'io_km_per_hour'],
    ['io', '/s', gauge, 'io_per_second'],
    ['io', 's/', gauge, 'io_seconds'],
    ['cpu', '%', gauge, 'cpu_percent'],
    ['9lives', '', gauge, '_9lives'],
    ['a__b..c', '', gauge, 'a_b_c'],
    ['ns:rule', '', gauge, 'ns:rule'],
    ['größe', '', gauge, 'gr_e'],
    ['x', 'a b', gauge, 'x_a_b'],
    ['x', '__', gauge, 'x'],
    ['😀', '', gauge, ''],
    ['', 's', counter, 'seconds_total'],
  ])('%j in %j', (name, unit, kind, want) => {
    const strategy = { translation_strategy: 'UnderscoreEscapingWithSuffixes' } as const
    expect(metricName({ name, unit, ...kind }, strategy)).toBe(want)
  })
})

describe('names as other strategies have them', () => {
  test.each([
    ['NoTranslation', 'a.b c', 's', counter, 'a.b c'],
    ['NoUTF8EscapingWithSuffixes', 'a.b c', 's', counter, 'a.b c_seconds_total'],
    ['NoUTF8EscapingWithSuffixes', 'a_seconds_total', 's', counter, 'a_seconds_total'],
    ['NoUTF8EscapingWithSuffixes', 'a.ratio', '1', gauge, 'a_ratio'],
    ['NoUTF8EscapingWithSuffixes', 'a', 'By/s', gauge, 'a_bytes_per_second'],
    ['UnderscoreEscapingWithoutSuffixes', 'a.b  c_', 's', counter, 'a_b_c_'],
    ['UnderscoreEscapingWithoutSuffixes', '1a', '', counter, '_1a'],
  ] as const)('%s of %j', (translation_strategy, name, unit, kind, want) => {
    expect(metricName({ name, unit, ...kind }, { translation_strategy })).toBe(want)
  })
})

describe('names of labels', () => {
  const usual = otlpConfig.parse({})
  test.each([
    ['http.method', 'http_method'],
    ['9x', 'key_9x'],
    ['_x', 'key_x'],
    ['__x__', '__x__'],
    ['a--b', 'a__b'],
    ['é😀', '__'],
    ['', ''],
  ])('%j', (name, want) => expect(labelName(name, usual)).toBe(want))

  test.each([
    [{ label_name_underscore_sanitization: false }, '_x', '_x'],
    [{ label_name_preserve_multiple_underscores: false }, 'a--b', 'a_b'],
    [{ translation_strategy: 'NoTranslation' }, 'a.b', 'a.b'],
  ])('with %j', (keys, name, want) => {
    expect(labelName(name, otlpConfig.parse(keys))).toBe(want)
  })
})

test.each([
  [0.005, '0.005'],
  [1e21, '1000000000000000000000'],
  [1e-7, '0.0000001'],
  [-1.25e-9, '-0.00000000125'],
  [1.5e300, `15${'0'.repeat(299)}`],
  [-0, '-0'],
  [Number.POSITIVE_INFINITY, '+Inf'],
  [Number.NEGATIVE_INFINITY, '-Inf'],
  [Number.NaN, 'NaN'],
])('%d as a bound is %s', (value, want) => expect(plainDecimal(value)).toBe(want))

test.each([
  [{ promote_all_resource_attributes: true, promote_resource_attributes: ['a'] }, 'want either'],
  [{ ignore_resource_attributes: ['a'] }, 'want promote_all_resource_attributes'],
  [{ promote_resource_attributes: ['a', ' a '] }, 'there twice'],
  [{ promote_resource_attributes: [' '] }, 'want the name'],
])('%j is refused as in Prometheus', (section, why) => {
  expect(otlpConfig.safeParse(section).error?.message).toContain(why)
})
