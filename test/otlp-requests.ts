import type {
  OtlpAttribute,
  OtlpExemplarTold,
  OtlpMetric,
  OtlpMetricsRequest,
  OtlpValue,
} from '@weir/wire'

/** Random numbers that come again with the same seed (mulberry32). */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** From 0 up to, not including, `count`. */
  below(count: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * count
  }

  whole(count: number): number {
    return Math.floor(this.below(count))
  }

  one<T>(of: readonly T[]): T {
    return of[this.whole(of.length)]!
  }

  is(chance: number): boolean {
    return this.below(1) < chance
  }
}

const NAMES = [
  'http.server.duration',
  'http.server.request_count',
  'system.cpu.utilization',
  'jvm.memory.used',
  'queue__depth',
  '9lives',
  'a.total.of.things',
  'disk ratio',
  'ns:rule:name',
  'größe',
  'total',
  'size.bytes',
]
const UNITS = [
  '',
  '1',
  's',
  'ms',
  'By',
  'By/s',
  '{request}',
  '{x}/s',
  '%',
  'km/h',
  'GiBy',
  'a b',
  '/s',
  's/',
]
const KEYS = [
  'http.method',
  'http_method',
  'http-method',
  'code',
  '9x',
  '_private',
  '__reserved__',
  'job',
  'instance',
  'größe',
  'empty',
]
const RESOURCE_KEYS = ['host.name', 'k8s.pod.name', 'deployment.environment', 'process.pid', 'job']

function value(dice: Dice): OtlpValue {
  const texts = ['GET', '', 'a b', 'é€😀', 'x"y\\z\n', '<tag>&']
  switch (dice.whole(9)) {
    case 0:
      return { boolValue: dice.is(0.5) }
    case 1:
      return { intValue: dice.one(['0', '-7', '9007199254740993', '-9223372036854775808']) }
    case 2:
      return { doubleValue: dice.one([0, 1.5, -0.25, 1e21, 1e-7, 123456789.125]) }
    case 3:
      return { bytesValue: dice.one(['', 'AAEC', '/+8=']) }
    case 4:
      return {
        arrayValue: {
          values: [{ stringValue: dice.one(texts) }, { intValue: '3' }, { doubleValue: 0.5 }, {}],
        },
      }
    case 5:
      return {
        kvlistValue: {
          values: [
            { key: 'z', value: { stringValue: dice.one(texts) } },
            { key: 'a', value: { arrayValue: { values: [{ boolValue: true }] } } },
          ],
        },
      }
    default:
      return { stringValue: dice.one(texts) }
  }
}

function attributes(dice: Dice, keys: readonly string[], count: number): OtlpAttribute[] {
  const chosen = keys.filter(() => dice.is(count / keys.length))
  return chosen.map((key) => ({ key, value: value(dice) }))
}

/** Prometheus 3.5 loses exemplars of series that come with an empty label. */
function isEmpty({ value: { stringValue, bytesValue } }: OtlpAttribute): boolean {
  return stringValue === '' || bytesValue === ''
}

/** A sender with metrics that stay what they are, and points that go on in time. */
export class RandomSender {
  readonly #dice: Dice
  readonly #temporality: number
  readonly #resource: OtlpAttribute[]
  readonly #scope: { readonly name: string; readonly version: string }
  readonly #metrics: readonly RandomMetric[]
  #startMs: number

  constructor(dice: Dice, number: number, temporality: number, startMs: number) {
    this.#dice = dice
    this.#temporality = temporality
    this.#startMs = startMs
    this.#resource = [
      { key: 'service.name', value: { stringValue: `sender-${number}` } },
      ...(dice.is(0.7)
        ? [{ key: 'service.instance.id', value: { stringValue: `i-${number}` } }]
        : []),
      ...(dice.is(0.5) ? [{ key: 'service.namespace', value: { stringValue: 'ns' } }] : []),
      ...attributes(dice, RESOURCE_KEYS, 2).filter((told) => !isEmpty(told)),
    ]
    this.#scope = { name: 'io.example', version: '1.0' }
    this.#metrics = Array.from({ length: 6 }, (_, i) => new RandomMetric(dice, i))
  }

  /** What it tells at a moment, later than the one before. */
  at(timeMs: number): OtlpMetricsRequest {
    const told = {
      temporality: this.#temporality,
      start: `${this.#startMs}000000`,
      // A point's time is cut to milliseconds.
      time: `${timeMs}${String(this.#dice.whole(1_000_000)).padStart(6, '0')}`,
      timeMs,
    }
    if (this.#temporality === 1) this.#startMs = timeMs
    return {
      resourceMetrics: [
        {
          resource: { attributes: this.#resource },
          scopeMetrics: [
            { scope: this.#scope, metrics: this.#metrics.map((metric) => metric.at(told)) },
          ],
        },
      ],
    }
  }
}

interface Moment {
  readonly temporality: number
  readonly start: string
  readonly time: string
  readonly timeMs: number
}

const KINDS = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'] as const

class RandomMetric {
  readonly #dice: Dice
  readonly #name: string
  readonly #unit: string
  readonly #kind: (typeof KINDS)[number]
  readonly #isMonotonic: boolean
  readonly #isInt: boolean
  readonly #hasSum: boolean
  readonly #bounds: readonly number[]
  readonly #quantiles: readonly number[]
  readonly #series: readonly OtlpAttribute[][]
  readonly #sums: number[]
  readonly #buckets: number[][]

  constructor(dice: Dice, number: number) {
    this.#dice = dice
    // The number keeps names apart: two metrics under one name would be one series.
    this.#name = `${dice.one(NAMES)}.m${number}`
    this.#unit = dice.one(UNITS)
    this.#kind = dice.one(KINDS)
    this.#isMonotonic = dice.is(0.6)
    this.#isInt = dice.is(0.5)
    this.#hasSum = dice.is(0.8)
    const bounds = [-1, 0, 0.005, 0.1, 1, 2.5, 10, 1e6, 1e21, 1e-7].sort((a, b) => a - b)
    this.#bounds = bounds.filter(() => dice.is(0.6))
    this.#quantiles = [0, 0.5, 0.99, 1].filter(() => dice.is(0.7))
    this.#series = Array.from({ length: 1 + dice.whole(3) }, (_, i) => [
      ...attributes(dice, KEYS, 3),
      { key: 'series', value: { intValue: String(i) } },
    ])
    this.#sums = this.#series.map(() => 0)
    this.#buckets = this.#series.map(() => Array.from({ length: 12 }, () => 0))
  }

  at(moment: Moment): OtlpMetric {
    const kind = this.#kind
    const hasTemporality = kind !== 'gauge' && kind !== 'summary'
    const dataPoints = this.#series.map((told, i) => this.#point(told, i, moment))
    return {
      name: this.#name,
      description: `about ${this.#name}`,
      unit: this.#unit,
      [kind]: {
        dataPoints,
        ...(hasTemporality ? { aggregationTemporality: moment.temporality } : {}),
        ...(kind === 'sum' ? { isMonotonic: this.#isMonotonic } : {}),
      },
    }
  }

  #point(told: OtlpAttribute[], i: number, moment: Moment): object {
    const dice = this.#dice
    const isDelta = moment.temporality === 1
    const head = {
      attributes: told,
      startTimeUnixNano: moment.start,
      timeUnixNano: moment.time,
      // Of increments the first flags would stay for ever there.
      ...(!isDelta && dice.is(0.1) ? { flags: 1 } : {}),
    }
    const more = dice.whole(1000) / 8
    const before = this.#sums[i]!
    this.#sums[i] = before + more
    const sum = isDelta ? more : before + more
    // Prometheus 3.5 puts buckets behind a few empty ones at the beginning into wrong places.
    const added = Array.from({ length: 12 }, (_, b) =>
      b % 8 === 0 ? 1 + dice.whole(9) : dice.is(0.4) ? dice.whole(50) : 0,
    )
    const buckets = this.#buckets[i]!
    for (const [b, count] of added.entries()) buckets[b] = buckets[b]! + count
    const counts = isDelta ? added : buckets
    switch (this.#kind) {
      case 'gauge':
      case 'sum':
        return {
          ...head,
          ...(this.#isInt ? { asInt: String(Math.floor(sum)) } : { asDouble: sum }),
          ...(told.some(isEmpty) ? {} : this.#exemplars(moment)),
        }
      case 'histogram': {
        const told = counts.slice(0, this.#bounds.length + 1)
        return {
          ...head,
          count: String(total(told)),
          ...(this.#hasSum ? { sum } : {}),
          bucketCounts: told.map(String),
          explicitBounds: this.#bounds,
        }
      }
      case 'exponentialHistogram': {
        const offset = isDelta ? dice.whole(400) - 200 : -3
        const scale = isDelta ? dice.whole(11) - 2 : 3
        const positive = { offset, bucketCounts: counts.slice(0, 8).map(String) }
        const negative = { offset: offset - 5, bucketCounts: counts.slice(8).map(String) }
        return {
          ...head,
          count: String(total(counts) + counts[0]!),
          ...(this.#hasSum ? { sum } : {}),
          scale,
          zeroCount: String(counts[0]!),
          positive,
          negative,
        }
      }
      case 'summary':
        return {
          ...head,
          count: String(Math.floor(sum)),
          sum,
          quantileValues: this.#quantiles.map((quantile) => ({ quantile, value: dice.below(10) })),
        }
    }
  }

  #exemplars({ time, temporality }: Moment): { readonly exemplars?: OtlpExemplarTold[] } {
    const dice = this.#dice
    if (temporality === 1 || !dice.is(0.5)) return {}
    const id = String(dice.whole(1e8)).padStart(8, '0')
    return {
      exemplars: [
        {
          timeUnixNano: time,
          asDouble: dice.below(10),
          traceId: id.repeat(4),
          spanId: id.repeat(2),
          filteredAttributes: dice.is(0.5)
            ? [{ key: 'user.id', value: { stringValue: 'u'.repeat(dice.one([3, 200])) } }]
            : [],
        },
      ],
    }
  }
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}
