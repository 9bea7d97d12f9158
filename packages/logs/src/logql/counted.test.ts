import { Labels, LogBatchBuilder } from '@weir/model'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { allTests } from '../line-test.ts'
import { MemorySource } from '../memory-source.ts'
import type { LineRequest, LogLines, LogSource } from '../source.ts'
import { runLogQuery } from './run.ts'

const START_NS = 1_000_000_000_000n

/** Lines of two streams, some JSON, some not, over ten minutes; times are often on a step. */
const lines = fc.array(
  fc.record({
    app: fc.constantFrom('a', 'b'),
    second: fc.oneof(
      fc.integer({ min: 0, max: 600 }),
      fc.integer({ min: 0, max: 40 }).map((n) => n * 15),
    ),
    nanos: fc.constantFrom(0n, 0n, 1n, 999_999_999n),
    severity: fc.constantFrom(0, 5, 9, 17),
    text: fc.constantFrom(
      'plain error',
      'nothing',
      '',
      '{"user":"u1","n":3}',
      '{"user":"u2","level":"odd","n":"x"}',
      '{"broken":',
    ),
    user: fc.constantFrom('', '', 'beside'),
  }),
  { maxLength: 60 },
)

function sourceOf(all: ReturnType<typeof lines.generate>['value']): MemorySource {
  const source = new MemorySource()
  const builder = new LogBatchBuilder()
  for (const { app, second, nanos, severity, text, user } of all) {
    const timeNs = START_NS + BigInt(second) * 1_000_000_000n + nanos
    const beside = user === '' ? '' : JSON.stringify({ user })
    builder.add(builder.stream(Labels.of({ app })), timeNs, severity, text, beside)
  }
  source.append(builder.finish())
  return source
}

/** The same lines behind a source that neither counts nor leaves out anything. */
function slow(source: MemorySource): LogSource {
  return {
    streams: (matchers, range) => source.streams(matchers, range),
    lines: (request) => source.lines({ ...request, conditions: [] }),
  }
}

/** The same lines behind a source that leaves out all that it may. */
function strict(source: MemorySource): LogSource {
  return {
    streams: (matchers, range) => source.streams(matchers, range),
    lines: async function* (request: LineRequest): AsyncIterable<LogLines> {
      const isMet = allTests(request.conditions)
      for await (const run of source.lines(request)) {
        const at: number[] = []
        for (let i = 0; i < run.count; i++) if (isMet(run, i)) at.push(i)
        yield {
          count: at.length,
          timeNs: (i) => run.timeNs(at[i]!),
          stream: (i) => run.stream(at[i]!),
          severity: (i) => run.severity(at[i]!),
          line: (i) => run.line(at[i]!),
          metadata: (i) => run.metadata(at[i]!),
          field: (i, name) => run.field(at[i]!, name),
        }
      }
    },
  }
}

const selector = fc.constantFrom(
  '{app="a"}',
  '{app=~".+"}',
  '{app=~"a|b", level="error"}',
  '{app!="", detected_level!="info"}',
)
const stage = fc.constantFrom(
  '|= "error"',
  '!= "error" or "nothing"',
  '|~ "u[12]"',
  '!~ "^$"',
  '|> "<_>user<_>"',
  '| user="u1"',
  '| user=~"u.|beside"',
  '| level!="error"',
  '| n > 1 | __error__=""',
  '| n = 3 or user = "u2" | __error__=""',
  '| user="u1" or level="error"',
  '| json | __error__=""',
  '| json | level="odd" | __error__=""',
  '| json | level!="odd" | __error__=""',
  '| json | level=~"odd|error" | __error__=""',
  '| json | user="u2"  | __error__=""',
  '| drop user | app!=""',
  '| drop user | user=""',
  '| keep app | app!=""',
  '| decolorize |= "u"',
  '| regexp "(?P<user>b.*)"',
  '| pattern "{<user>:"',
)
const window = fc.record({
  range: fc.constantFrom('15s', '1m', '90s', '5m'),
  step: fc.constantFrom(15n, 30n, 60n, 70n, 600n),
})
const shape = fc.constantFrom(
  (range: string) => `sum(count_over_time(${range}))`,
  (range: string) => `sum by (level) (count_over_time(${range}))`,
  (range: string) => `sum by (user, app) (rate(${range}))`,
  (range: string) => `sum by (detected_level) (bytes_over_time(${range}))`,
  (range: string) => `sum by (user_extracted) (bytes_rate(${range}))`,
  (range: string) => `absent_over_time(${range})`,
  (range: string) => `max by (user) (count_over_time(${range}))`,
)

test('counting, leaving out and reading all lines give the same numbers', async () => {
  await fc.assert(
    fc.asyncProperty(
      lines,
      selector,
      fc.array(stage, { maxLength: 3 }),
      shape,
      window,
      async (all, chosen, stages, around, { range, step }) => {
        const source = sourceOf(all)
        const query = around(`${chosen} ${stages.join(' ')} [${range}]`)
        const answer = async (from: LogSource): Promise<unknown> => {
          const stepNs = step * 1_000_000_000n
          const endNs = START_NS + 600_000_000_000n
          const asked = { kind: 'range', query, startNs: START_NS, endNs, stepNs } as const
          const { value } = await runLogQuery(from, { ...asked, direction: 'forward', limit: 1 })
          return value.kind === 'matrix'
            ? value.series.map((one) => [one.labels.key(), [...one.timesMs], [...one.values]])
            : value
        }
        const expected = await answer(slow(source))
        expect(await answer(source)).toEqual(expected)
        expect(await answer(strict(source))).toEqual(expected)
      },
    ),
    { numRuns: 100 },
  )
})

test('leaving out lines changes no answer in lines', async () => {
  await fc.assert(
    fc.asyncProperty(
      lines,
      selector,
      fc.array(stage, { maxLength: 4 }),
      async (all, chosen, stages) => {
        const source = sourceOf(all)
        const answer = async (from: LogSource): Promise<unknown> => {
          const { value } = await runLogQuery(from, {
            kind: 'range',
            query: `${chosen} ${stages.join(' ')}`,
            startNs: START_NS,
            endNs: START_NS + 700_000_000_000n,
            stepNs: 1n,
            direction: 'forward',
            limit: 100,
          })
          return value
        }
        expect(await answer(strict(source))).toEqual(await answer(slow(source)))
      },
    ),
    { numRuns: 100 },
  )
})
