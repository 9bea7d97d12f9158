import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatValue, isKnownUnit } from './format-value.ts'
import { formattedText } from './formatted.ts'
import { UNITS } from './units.ts'

const NOW = Date.UTC(2026, 10, 28, 12, 0, 0)

function shown(value: number, unit: string, decimals?: number): string {
  return formattedText(formatValue(value, unit, { decimals, timeZone: 'utc', nowMs: NOW }))
}

test.each([
  // unit, value, decimals, what is read
  ['none', 1234.5, undefined, '1235'],
  ['', 1.1234, undefined, '1.12'],
  ['none', 100.456, undefined, '100'],
  ['none', 0.00123, undefined, '0.00123'],
  ['none', -1.1234, undefined, '-1.12'],
  ['none', 0, 2, '0.00'],
  ['none', -0.001, 1, '0.0'],
  ['none', 12, 2, '12.00'],
  ['none', Infinity, undefined, '∞'],
  ['none', NaN, undefined, 'NaN'],
  ['none', 1e21, undefined, '1e+21'],
  ['none', 0.999999, undefined, '1'],
  ['short', 1536, undefined, '1.54 K'],
  ['short', 999, undefined, '999'],
  ['short', 1e6, undefined, '1 Mil'],
  ['short', -2.5e9, undefined, '-2.5 Bil'],
  ['short', 1e30, undefined, '1000000 Sept'],
  ['bytes', 1536, undefined, '1.5 KiB'],
  ['bytes', 1024, undefined, '1 KiB'],
  ['bytes', 1023, undefined, '1023 B'],
  ['bytes', 0, undefined, '0 B'],
  ['bytes', 0.5, undefined, '0.5 B'],
  ['bytes', 1099511627776, 1, '1.0 TiB'],
  ['kbytes', 1536, undefined, '1.5 MiB'],
  ['kbytes', 0.5, undefined, '512 B'],
  ['decbytes', 1536, undefined, '1.54 kB'],
  ['decmbytes', 1500, undefined, '1.5 GB'],
  ['bits', 2048, undefined, '2 Kib'],
  ['Bps', 2.1e6, undefined, '2.1 MB/s'],
  ['bps', 1e9, undefined, '1 Gb/s'],
  ['binBps', 1048576, undefined, '1 MiB/s'],
  ['KiBs', 1024, undefined, '1 MiB/s'],
  ['MBs', 0.25, undefined, '250 kB/s'],
  ['pps', 12345, undefined, '12.3 kp/s'],
  ['hertz', 2.4e9, undefined, '2.4 GHz'],
  ['watt', 0.005, undefined, '5 mW'],
  ['kwatt', 1500, undefined, '1.5 MW'],
  ['mwatt', 1500, undefined, '1.5 W'],
  ['volt', -0.02, undefined, '-20 mV'],
  ['reqps', 1234, undefined, '1.23K req/s'],
  ['ops', 12, undefined, '12 ops/s'],
  ['rowsps', 2e6, undefined, '2M rows/s'],
  ['opm', 90, undefined, '90 ops/m'],
  ['percent', 12.34, undefined, '12.3%'],
  ['percentunit', 0.123, undefined, '12.3%'],
  ['percentunit', 0.123, 0, '12%'],
  ['percentunit', 1, undefined, '100%'],
  ['s', 90, undefined, '1.5 min'],
  ['s', 0, undefined, '0 s'],
  ['s', 0.0005, undefined, '500 µs'],
  ['s', 2e-7, undefined, '200 ns'],
  ['s', 59, undefined, '59 s'],
  ['s', 7200, undefined, '2 hour'],
  ['s', 172800, undefined, '2 day'],
  ['s', 1209600, undefined, '2 week'],
  ['s', 63113800, undefined, '2 year'],
  ['s', -90, undefined, '-1.5 min'],
  ['ms', 1500, undefined, '1.5 s'],
  ['ms', 90000, undefined, '1.5 min'],
  ['ms', 1e10, undefined, '116 day'],
  ['µs', 1500, undefined, '1.5 ms'],
  ['µs', 5e6, undefined, '5 s'],
  ['ns', 61e9, undefined, '1.02 min'],
  ['m', 90, undefined, '1.5 hour'],
  ['h', 48, undefined, '2 day'],
  ['d', 14, undefined, '2 week'],
  ['timeticks', 6000, undefined, '1 min'],
  ['dtdurations', 93784, 1, '1 day, 2 hours'],
  ['dtdurations', 93784, 3, '1 day, 2 hours, 3 minutes, 4 seconds'],
  ['dtdurations', 93784, undefined, '1 day'],
  ['dtdurations', 0, undefined, '0 seconds'],
  ['dtdurations', -3600, undefined, '1 hour ago'],
  ['dtdurationms', 1500, 1, '1 second, 500 milliseconds'],
  ['dthms', 93784, undefined, '26:03:04'],
  ['dthms', -65, undefined, '00:01:05 ago'],
  ['dtdhms', 93784, undefined, '1 d 02:03:04'],
  ['clocks', 723.25, undefined, '12m:03s:250ms'],
  ['clocks', 723.25, 1, '12m:03s'],
  ['clocks', 723.25, 0, '12m'],
  ['clockms', 250, undefined, '250ms'],
  ['clockms', 3723250, 1, '01h:02m'],
  ['dateTimeAsIso', Date.UTC(2024, 1, 3, 4, 5, 6), undefined, '2024-02-03 04:05:06'],
  ['dateTimeAsIsoNoDateIfToday', NOW - 60_000, undefined, '11:59:00'],
  ['dateTimeAsIsoNoDateIfToday', NOW - 86_400_000, undefined, '2026-11-27 12:00:00'],
  ['dateTimeAsUS', Date.UTC(2024, 1, 3, 16, 5, 6), undefined, '02/03/2024 4:05:06 pm'],
  ['dateTimeFromNow', NOW - 180_000, undefined, '3 minutes ago'],
  ['dateTimeFromNow', NOW + 3_600_000, undefined, 'in an hour'],
  ['bool', 1, undefined, 'True'],
  ['bool_yes_no', 0, undefined, 'No'],
  ['bool_on_off', 1, undefined, 'On'],
  ['locale', 1234567.8912, undefined, '1,234,567.891'],
  ['string', 1234.5, undefined, '1234.5'],
  ['hex', 255, undefined, 'FF'],
  ['hex0x', 255, undefined, '0xFF'],
  ['sci', 12345, 2, '1.23e+4'],
  ['currencyUSD', 1200, undefined, '$1.2K'],
  ['currencyUSD', -1200, undefined, '-$1.2K'],
  ['currencySEK', 1200, undefined, '1.2K kr'],
  ['celsius', 21.5, undefined, '21.5 °C'],
  ['rotrpm', 3000, undefined, '3000 rpm'],
  ['prefix:v', 3, undefined, 'v3'],
  ['suffix:dags', 3, undefined, '3 dags'],
  ['time:YYYY-MM-DD', Date.UTC(2024, 1, 3), undefined, '2024-02-03'],
  [
    'time:dddd, MMMM Do [at] H:mm',
    Date.UTC(2024, 1, 3, 4, 5),
    undefined,
    'Saturday, February 3rd at 4:05',
  ],
  ['si:kW', 1500, undefined, '1.5 MW'],
  ['si:m', 1500, undefined, '1.5 km'],
  ['count:events', 1500, undefined, '1.5K events'],
  ['currency:£', 1500, undefined, '£1.5K'],
  ['bool:up/down', 0, undefined, 'down'],
  ['bool:up', 0, undefined, '-'],
  ['cores', 3, undefined, '3 cores'],
  ['/ sec', 3, undefined, '3 / sec'],
] as const)('%s of %d with %s decimals reads %s', (unit, value, decimals, want) => {
  expect(shown(value, unit, decimals)).toBe(want)
})

describe('dates', () => {
  test('in a zone with summer time', () => {
    const date = (ms: number): string =>
      formatValue(ms, 'time:YYYY-MM-DD HH:mm Z', { timeZone: 'Europe/Berlin' }).text
    expect(date(Date.UTC(2024, 6, 1, 12))).toBe('2024-07-01 14:00 +02:00')
    expect(date(Date.UTC(2024, 0, 1, 12))).toBe('2024-01-01 13:00 +01:00')
    expect(date(-1)).toBe('1970-01-01 00:59 +01:00')
  })

  test('agree with Intl in any zone, at any time', () => {
    const zones = fc.constantFrom(
      'Europe/Berlin',
      'America/St_Johns',
      'Asia/Kathmandu',
      'Australia/Lord_Howe',
    )
    const times = fc.integer({ min: Date.UTC(1980, 0), max: Date.UTC(2040, 0) })
    fc.assert(
      fc.property(zones, times, (timeZone, ms) => {
        const wanted = new Intl.DateTimeFormat('sv-SE', {
          timeZone,
          dateStyle: 'short',
          timeStyle: 'medium',
        })
        expect(formatValue(ms, 'dateTimeAsIso', { timeZone }).text).toBe(wanted.format(ms))
      }),
    )
  })

  test('a zone that nobody knows counts as UTC', () => {
    expect(formatValue(0, 'time:HH:mm', { timeZone: 'Mars/Olympus' }).text).toBe('00:00')
  })

  test('what is no time says so', () => {
    expect(formatValue(1e99, 'dateTimeAsIso', { timeZone: 'utc' }).text).toBe('Invalid date')
  })
})

test('knows the units of the boards that people have', () => {
  expect(UNITS.size).toBeGreaterThan(240)
  for (const unit of ['short', 'µs', 'currencyμBTC', 'binBps', 'dtdhms', 'time:x', 'suffix:y']) {
    expect(isKnownUnit(unit)).toBe(true)
  }
  expect(isKnownUnit('cores')).toBe(false)
})

test('every unit takes every number', () => {
  const numbers = fc.oneof(fc.double(), fc.constantFrom(0, -0, Infinity, -Infinity, NaN, 5e-324))
  const decimals = fc.option(fc.integer({ min: -3, max: 400 }))
  fc.assert(
    fc.property(fc.constantFrom(...UNITS.keys()), numbers, decimals, (unit, value, places) => {
      const text = formattedText(
        formatValue(value, unit, { decimals: places, timeZone: 'utc', nowMs: NOW }),
      )
      expect(text).not.toContain('undefined')
      expect(text.length).toBeGreaterThan(0)
    }),
    { numRuns: 2000 },
  )
})

test('three significant digits come back as the number that they stand for', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e15, noNaN: true }), (value) => {
      const { text } = formatValue(value, 'none')
      expect(Math.abs(Number(text) - value) / value).toBeLessThanOrEqual(0.0051)
    }),
  )
})
