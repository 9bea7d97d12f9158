import { Labels, STALE_MARKER, SampleColumns } from '@weir/model'
import type { TestSeries } from './prometheus.ts'
import type { Random } from './random.ts'

/** The moment at which the test data begins. */
export const DATA_START_MS = 1_767_225_600_000

/** How long the test data lasts. */
export const DATA_MS = 3_600_000

const JOBS = ['api', 'db', 'web']
const INSTANCES = ['a', 'b', 'c']

/** An hour of series with everything that is awkward: resets, gaps, stale markers, jitter, NaN, infinities. */
export function randomSeries(random: Random): TestSeries[] {
  const series: TestSeries[] = []
  const add = (
    labels: Record<string, string>,
    next: (before: number) => number,
    odd: number,
  ): void => {
    const columns = new SampleColumns()
    let value = random.below(1000)
    let silentUntilMs = 0
    for (let ms = random.below(5000); ms < DATA_MS; ms += 15_000) {
      value = next(value)
      if (random.chance(0.01)) {
        columns.push(DATA_START_MS + ms, STALE_MARKER)
        silentUntilMs = ms + random.below(600_000)
        continue
      }
      if (ms < silentUntilMs) continue
      const jitter = random.chance(0.3) ? random.below(2000) : 0
      const strange = random.pick([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      columns.push(DATA_START_MS + ms + jitter, random.chance(odd) ? strange : value)
    }
    series.push({ labels: Labels.of(labels), columns })
  }
  for (const job of JOBS) {
    for (const instance of INSTANCES) {
      const counter = (before: number): number =>
        random.chance(0.02) ? random.next() : before + random.next() * 10
      const gauge = (before: number): number => before + (random.next() - 0.5) * 100
      add({ __name__: 'requests_total', job, instance }, counter, 0)
      add({ __name__: 'errors_total', job, instance, code: random.pick(['4', '5']) }, counter, 0)
      add({ __name__: 'temperature', job, instance }, gauge, 0)
      if (instance !== 'c') add({ __name__: 'odd', job, instance }, gauge, 0.05)
      add({ __name__: 'whole', job, instance }, (before) => before + random.below(3) - 1, 0)
    }
    add({ __name__: 'limits', job }, () => random.below(50) + random.next(), 0)
    for (const instance of INSTANCES) {
      if (job === 'web' && instance === 'b') continue
      const zone = random.pick(['west', 'east'])
      add({ __name__: 'target_info', job, instance, zone, version: '1' }, () => 1, 0)
      add({ __name__: 'build_info', job, instance, build: random.pick(['x', 'y']) }, () => 1, 0)
    }
    let share = 0
    for (const le of ['0.1', '0.5', '1', '5', '+Inf']) {
      share += 3
      const growth = share
      add({ __name__: 'seconds_bucket', job, le }, (before) => before + random.next() * growth, 0)
    }
  }
  return series
}

const RANGE_FUNCTIONS = [
  'rate',
  'increase',
  'delta',
  'irate',
  'idelta',
  'resets',
  'changes',
  'deriv',
  'avg_over_time',
  'sum_over_time',
  'min_over_time',
  'max_over_time',
  'count_over_time',
  'last_over_time',
  'present_over_time',
  'stddev_over_time',
  'stdvar_over_time',
  'absent_over_time',
  'mad_over_time',
]
const PLAIN_FUNCTIONS =
  'abs ceil floor exp sqrt ln log2 log10 sgn atan deg rad timestamp sort minute hour day_of_week round absent'.split(
    ' ',
  )
const NAMES = ['requests_total', 'errors_total', 'temperature', 'odd', 'whole', 'limits']
const HISTOGRAM_NAMES = [
  'latency',
  'drift',
  'size',
  'load',
  'patched',
  '{job="api",__name__=~"latency|load"}',
]
const DURATIONS = ['30s', '1m', '90s', '5m', '10m', '17m']

/** Random PromQL that mostly makes sense, and sometimes does not. */
export class RandomQuery {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** An expression of any type that a range query allows. */
  any(): string {
    const random = this.#random
    if (random.chance(0.08)) return this.#scalar(2)
    return random.chance(0.3) ? this.#ofHistograms(2) : this.#vector(3)
  }

  /** Numbers out of native histograms, or the histograms themselves. */
  #ofHistograms(depth: number): string {
    const random = this.#random
    const body = this.#histograms(depth)
    switch (random.below(9)) {
      case 0:
        return `histogram_quantile(${random.pick(['0.5', '0.9', '0.01', '0.99', '0', '2', 'NaN'])}, ${body})`
      case 1:
        return `histogram_fraction(${random.pick(['0.5', '2', '-1'])}, ${random.pick(['3', '7', 'Inf'])}, ${body})`
      case 2:
      case 3:
        return `histogram_${random.pick(['count', 'sum', 'avg', 'stddev', 'stdvar'])}(${body})`
      case 4:
        return `${random.pick(['count', 'group', 'min', 'max', 'stddev', 'quantile(0.5,', 'topk(2,'])}(${body})`.replace(
          ',(',
          ', ',
        )
      case 5:
        return `${random.pick(['count_over_time', 'present_over_time', 'resets', 'changes', 'min_over_time', 'deriv', 'absent_over_time', 'ts_of_last_over_time', 'stddev_over_time'])}(${this.#histogramRange()})`
      case 6:
        return `${this.#parenthesised(body)} ${random.pick(['+', '-', '/', '*', '>', '==', 'and', 'or', 'unless', '%'])} ${this.#parenthesised(this.#vector(1))}`
      default:
        return body
    }
  }

  #histogramRange(): string {
    return `${this.#histogramSelector()}[${this.#random.pick(DURATIONS)}]${this.#shift()}`
  }

  #histogramSelector(): string {
    const random = this.#random
    const name = random.pick(HISTOGRAM_NAMES)
    const isPlain = name.startsWith('{') || random.chance(0.7)
    return isPlain ? name : `${name}{${random.pick(['job="api"', 'instance!="a"'])}}`
  }

  /** An expression that yields native histograms, mostly. */
  #histograms(depth: number): string {
    const random = this.#random
    if (depth <= 0) return this.#histogramSelector() + this.#shift()
    const body = this.#histograms(depth - 1)
    switch (random.below(11)) {
      case 0:
      case 1:
      case 2:
        return `${random.pick(['rate', 'increase', 'delta', 'irate', 'idelta', 'sum_over_time', 'avg_over_time', 'last_over_time'])}(${this.#histogramRange()})`
      case 3:
      case 4:
        return `${random.pick(['sum', 'avg'])}${random.pick(['', ' by (job)', ' by (__name__)', ' without (instance)'])}(${body})`
      case 5:
        return `${this.#parenthesised(body)} ${random.pick(['*', '/'])} ${random.pick(['2', '0.5', '-3', '0'])}`
      case 6:
        return `${this.#parenthesised(body)} ${random.pick(['+', '-', '==', '!='])} ${this.#parenthesised(this.#histograms(depth - 1))}`
      case 7:
        return `-${this.#parenthesised(body)}`
      case 8:
        return `label_replace(${body}, "to", "$1", "job", "(.).*")`
      case 9:
        return `avg_over_time(${this.#parenthesised(`rate(${this.#histogramSelector()}[2m])`)}[5m:1m])`
      default:
        return this.#histogramSelector() + this.#shift()
    }
  }

  #selector(): string {
    const random = this.#random
    const conditions: string[] = []
    if (random.chance(0.3)) {
      conditions.push(
        random.pick([
          'job="api"',
          'job!="api"',
          'job=~"a.*|db"',
          'instance!~"a|c"',
          'code=""',
          'x=~".*"',
        ]),
      )
    }
    const name = random.pick(NAMES)
    if (random.chance(0.05))
      return `{__name__=~"requests_total|whole"${conditions.length ? `,${conditions.join()}` : ''}}`
    return conditions.length > 0 ? `${name}{${conditions.join(',')}}` : name
  }

  #shift(): string {
    const random = this.#random
    let text = ''
    if (random.chance(0.1)) text += ` offset ${random.pick(['', '-'])}${random.pick(DURATIONS)}`
    else if (random.chance(0.02)) text += ` offset (${this.#duration()} - 1m * 2)`
    if (random.chance(0.07)) {
      text += random.pick([
        ' @ start()',
        ' @ end()',
        ` @ ${DATA_START_MS / 1000 + random.below(4000)}`,
      ])
    }
    return text
  }

  #range(depth: number): string {
    const random = this.#random
    const range = this.#duration()
    if (depth > 0 && random.chance(0.2)) {
      const step = random.pick(['', '30s', '45s', '1m', '2m', '10s * 3'])
      return `${this.#parenthesised(this.#vector(depth - 1))}[${range}:${step}]${this.#shift()}`
    }
    return `${this.#selector()}[${range}]${this.#shift()}`
  }

  #duration(): string {
    const random = this.#random
    if (random.chance(0.95)) return random.pick(DURATIONS)
    return random.pick(['5m + 30s', '2 * 1m', '1h / 10', '(3m - 20) * 2', '2 ^ 8', '400 % 7m'])
  }

  #parenthesised(text: string): string {
    return /^\w+(\{[^}]*\})?$/.test(text) ? text : `(${text})`
  }

  #scalar(depth: number): string {
    const random = this.#random
    switch (random.below(depth > 0 ? 7 : 3)) {
      case 0:
        return random.pick(['0', '1', '2', '0.5', '-3', '1e3', '0x1F', '5m', 'Inf', 'NaN', '100'])
      case 1:
        return 'time()'
      case 2:
        return String(random.below(200) / 4)
      case 3:
        return `scalar(${this.#vector(depth - 1)})`
      case 4:
        return `(${this.#scalar(depth - 1)} ${random.pick(['+', '-', '*', '/', '^', 'atan2', '== bool', '> bool'])} ${this.#scalar(depth - 1)})`
      case 5:
        return `-${this.#scalar(0)} ^ 2`
      default:
        return 'pi()'
    }
  }

  #vector(depth: number): string {
    const random = this.#random
    if (depth <= 0) return this.#selector() + this.#shift()
    switch (random.below(12)) {
      case 0:
        return this.#selector() + this.#shift()
      case 1:
      case 2:
      case 3:
        return this.#rangeCall(depth)
      case 4:
      case 5:
        return this.#aggregation(depth)
      case 6:
        return `${random.pick(PLAIN_FUNCTIONS)}(${this.#vector(depth - 1)})`
      case 7:
        return this.#odd(depth)
      case 8:
        return `-${this.#parenthesised(this.#vector(depth - 1))}`
      default:
        return this.#binary(depth)
    }
  }

  #rangeCall(depth: number): string {
    const random = this.#random
    const range = this.#range(depth - 1)
    if (random.chance(0.08))
      return `quantile_over_time(${random.pick(['0.5', '0.9', '0', '1', '1.5', '-1'])}, ${range})`
    if (random.chance(0.08))
      return `predict_linear(${range}, ${random.pick(['60', '3600', '-10'])})`
    if (random.chance(0.05)) return `double_exponential_smoothing(${range}, 0.5, 0.3)`
    if (random.chance(0.04)) {
      return `ts_of_${random.pick(['min', 'max', 'last'])}_over_time(${range})`
    }
    return `${random.pick(RANGE_FUNCTIONS)}(${range})`
  }

  #aggregation(depth: number): string {
    const random = this.#random
    const labels = random.pick([
      '',
      ' by (job)',
      ' by (job, instance)',
      ' without (instance)',
      ' by ()',
      ' by (code)',
      ' by (__name__)',
      ' without ()',
    ])
    const body = this.#vector(depth - 1)
    switch (random.below(14)) {
      case 12:
        // Which are the first is known only of what comes straight from the store.
        return `limitk${labels}(${random.pick(['1', '2', '0', '9'])}, ${this.#selector()})`
      case 13:
        return `limit_ratio${labels}(${random.pick(['0.3', '-0.5', '1', '0', '0.75', '2'])}, ${body})`
      case 0:
        return `topk${labels}(${random.pick(['1', '2', '5', '0'])}, ${this.#untied()})`
      case 1:
        return `bottomk${labels}(${random.pick(['1', '2', '5'])}, ${this.#untied()})`
      case 2:
        return `quantile${labels}(${random.pick(['0.5', '0.99', '0', '2'])}, ${body})`
      case 3:
        return `count_values${labels}("v", ${random.pick(['whole', 'round(temperature)', 'limits > 10', 'latency', 'sum(size)', 'sum by (job) (whole)'])})`
      default:
        return `${random.pick(['sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar'])}${labels}(${body})`
    }
  }

  /** A vector without equal values: which of equals `topk` takes is nobody's promise. */
  #untied(): string {
    return this.#random.pick([
      'temperature',
      'limits',
      'sin(temperature)',
      'sum by (job) (temperature)',
      'avg_over_time(temperature[5m])',
      '-requests_total',
    ])
  }

  #odd(depth: number): string {
    const random = this.#random
    const body = this.#vector(depth - 1)
    switch (random.below(9)) {
      case 7:
        return `${random.pick(['sort_by_label', 'sort_by_label_desc'])}(${body}, ${random.pick(['"job"', '"instance", "job"'])})`
      case 8:
        return `info(${body}${random.pick(['', ', {version=~".+"}', ', {zone="west"}', ', {__name__=~"target_info|build_info"}', ', {zone=~".*"}'])})`
      case 0:
        return `histogram_quantile(${random.pick(['0.5', '0.9', '0.99', '1', '0'])}, ${random.pick(['seconds_bucket', 'sum by (le) (rate(seconds_bucket[5m]))', 'rate(seconds_bucket[2m])', 'sum by (le, job) (seconds_bucket)'])})`
      case 1:
        return `label_replace(${body}, "${random.pick(['to', 'job', 'instance'])}", "${random.pick(['$1', 'x-$1', '', 'y'])}", "job", "(.).*")`
      case 2:
        return `label_join(${body}, "to", "-", "job", "instance")`
      case 3:
        return `clamp(${body}, ${random.pick(['0', '-10'])}, ${random.pick(['100', '-20'])})`
      case 4:
        return `${random.pick(['clamp_min', 'clamp_max', 'round'])}(${body}, ${random.pick(['0.3', '5', '100'])})`
      case 5:
        return `vector(${this.#scalar(depth - 1)})`
      default:
        return `sort_desc(${body})`
    }
  }

  #binary(depth: number): string {
    const random = this.#random
    const left = this.#parenthesised(this.#vector(depth - 1))
    const arithmetic = random.chance(0.5)
    const op = arithmetic
      ? random.pick(['+', '-', '*', '/', '%', '^', 'atan2'])
      : random.pick(['==', '!=', '<', '>', '<=', '>=', '> bool', '== bool'])
    if (random.chance(0.3)) {
      const scalar = this.#scalar(1)
      return random.chance(0.5) ? `${left} ${op} ${scalar}` : `${scalar} ${op} ${left}`
    }
    if (random.chance(0.3)) {
      const set = random.pick(['and', 'or', 'unless'])
      const matching = random.pick([
        '',
        ' on (job)',
        ' ignoring (code)',
        ' on (job, instance)',
        ' on ()',
      ])
      return `${left} ${set}${matching} ${this.#parenthesised(this.#vector(depth - 1))}`
    }
    if (random.chance(0.35)) {
      const one = random.pick(['limits', 'sum by (job) (whole)', 'max by (job) (temperature)'])
      const [many, few] = random.chance(0.5) ? [left, `(${one})`] : [`(${one})`, left]
      const side = many === left ? 'group_left' : 'group_right'
      return `${many} ${op} on (job) ${side}${random.pick([' ()', ' (instance)', ' (x)'])} ${few}`
    }
    const matching = random.pick(['', '', ' on (job, instance)', ' ignoring (code)', ' on (job)'])
    return `${left} ${op}${matching} ${this.#parenthesised(this.#vector(depth - 1))}`
  }
}
