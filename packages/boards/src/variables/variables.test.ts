import { expect, test } from 'vitest'
import type { Scope } from '../scope/scope.ts'
import { fixedVariable } from '../scope/scope.ts'
import { board, boardOf } from '../testing/board.ts'
import { boardScope } from './board-scope.ts'
import { choiceParams, initialChoices, settledChoice } from './choices.ts'
import { dependantsOf, variableGraph } from './variable-graph.ts'
import { type VariableAnswer, variableOptions } from './variable-options.ts'
import { variablePlan } from './variable-plan.ts'

const SCOPE: Scope = {
  variables: new Map([
    ['job', fixedVariable('a.b')],
    ['cluster', fixedVariable('jm0')],
    ['many', { values: ['x.1', 'y'], texts: ['x.1', 'y'], isAll: false, isMany: true }],
  ]),
  from: 1000,
  to: 2000,
}

const variableOf = (parts: Readonly<Record<string, unknown>>) =>
  boardOf({ name: 'v', type: 'query', ...parts }).templating.list[0]!

test.each([
  ['label_values(up, job)', { kind: 'labelValues', label: 'job', match: ['up'] }],
  ['label_values(job)', { kind: 'labelValues', label: 'job', match: [] }],
  ['label_values({}, job)', { kind: 'labelValues', label: 'job', match: [] }],
  [
    'label_values(up{job="$job", m=~"$many"}, instance)',
    { label: 'instance', match: ['up{job="a.b", m=~"(x\\\\.1|y)"}'] },
  ],
  ['label_values(up{a="x,y"}, b)', { label: 'b', match: ['up{a="x,y"}'] }],
  ['label_values(sum by (a) (up), a)', { kind: 'instant', expr: 'sum by (a) (up)', label: 'a' }],
  ['label_names()', { kind: 'labelNames', pattern: '' }],
  ['label_names(a.*)', { kind: 'labelNames', pattern: 'a.*' }],
  ['metrics(up_.*)', { kind: 'metrics', pattern: 'up_.*' }],
  ['query_result(topk(5, up))', { kind: 'instant', expr: 'topk(5, up)' }],
  ['up{job="$job"}', { kind: 'series', match: 'up{job="a.b"}' }],
  ['sum(up)', { kind: 'instant', expr: 'sum(up)' }],
  ['', { kind: 'broken' }],
  [
    'show tag values from "jobmanager_job_uptime" with key="job_name" where host = \'$cluster\'',
    {
      kind: 'labelValues',
      label: 'job_name',
      match: [
        '{__name__=~"jobmanager_job_uptime_.+",host="jm0"}',
        '{__name__="flink_jobmanager_job_uptime",host="jm0"}',
      ],
    },
  ],
])('%s asks', (query, want) => {
  expect(variablePlan(variableOf({ query }), SCOPE)).toMatchObject(want)
  expect(variablePlan(variableOf({ query: { query, qryType: 1 } }), SCOPE)).toMatchObject(want)
})

function values(parts: Readonly<Record<string, unknown>>, answer: VariableAnswer): unknown[] {
  const variable = variableOf({ query: 'label_values(x)', ...parts })
  const plan = variablePlan(variable, SCOPE)
  const { options, problem } = variableOptions(variable, plan, answer, SCOPE)
  return problem === undefined
    ? options.map(({ text, value }) => (text === value ? value : [text, value]))
    : [problem]
}

const LIST = ['b10', 'a2', 'B9', 'a2', 'c']

test.each([
  [{}, ['b10', 'a2', 'B9', 'c']],
  [{ sort: 1 }, ['B9', 'a2', 'b10', 'c']],
  [{ sort: 2 }, ['c', 'b10', 'a2', 'B9']],
  [{ sort: 3 }, ['c', 'a2', 'B9', 'b10']],
  [{ sort: 4 }, ['b10', 'B9', 'a2', 'c']],
  [
    { sort: 5 },
    ['a2', 'B9', 'b10', 'c'].toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)),
  ],
  [{ sort: 7 }, ['a2', 'B9', 'b10', 'c']],
  [{ regex: '[a-b].*' }, ['b10', 'a2']],
  [{ regex: 'a' }, []],
  [{ regex: '/a/' }, ['a2']],
  [{ regex: '/(\\d+)/' }, ['10', '2', '9']],
  [
    { regex: '/(?<text>[a-z])(?<value>\\d+)/i' },
    [
      ['b', '10'],
      ['a', '2'],
      ['B', '9'],
    ],
  ],
  [{ regex: '/(\\w)(?=\\d)/g' }, ['b', '1', 'a', 'B']],
  [{ regex: '/^(?!a).*/' }, ['b10', 'B9', 'c']],
  [{ regex: '/(/' }, ['Its regular expression /(/ is not well formed']],
])('of the same values, %j makes %j', (parts, want) => expect(values(parts, LIST)).toEqual(want))

test('a regular expression may contain variables', () => {
  expect(values({ regex: '/^$job-(.*)/' }, ['a.b-1', 'axb-2'])).toEqual(['1'])
})

test('series and samples are printed as Grafana prints them', () => {
  const query = { query: 'query_result(up)' }
  const metric = { __name__: 'up', namespace: 'n', pod: 'p' }
  const vector = { resultType: 'vector', result: [{ metric, value: [1.5, '3'] }] } as const
  expect(values(query, vector)).toEqual(['up{namespace="n",pod="p"} 3 1500'])
  expect(values({ ...query, regex: '/.*namespace="([^"]*).*/' }, vector)).toEqual(['n'])
  expect(values({ query: 'label_values(sum(up), pod)' }, vector)).toEqual(['p'])
  expect(values(query, { resultType: 'scalar', result: [1, '7'] })).toEqual(['7'])
  expect(values({ query: 'up' }, [metric])).toEqual(['up{namespace="n",pod="p"}'])
})

test('a slow regular expression over many values stops in time', () => {
  const items = Array.from({ length: 5000 }, (_, i) => `${'a'.repeat(900)}${i}`)
  const found = values({ regex: `/(a|a)*(a{20}){20}b/` }, items)
  expect(found[0]).toMatch(/too slow for 5000 values/)
})

test('Strimzi’s variables hang on each other in a chain', () => {
  const { list } = board('kafka-strimzi-kafka.json').templating
  const { order, stuck } = variableGraph(list)
  expect(stuck).toEqual([])
  expect(order.indexOf('strimzi_cluster_name')).toBeGreaterThan(
    order.indexOf('kubernetes_namespace'),
  )
  const graph = variableGraph(list)
  expect(dependantsOf('kubernetes_namespace', graph)).toContain('kafka_partition')
})

test('a circle is found, and what hangs on it', () => {
  const { list } = boardOf(
    { name: 'a', type: 'query', query: 'label_values(x{b="$b"}, a)' },
    { name: 'b', type: 'query', query: 'label_values(x{a="$a"}, b)' },
    { name: 'c', type: 'query', query: 'label_values(x{a="${a}"}, c)' },
    { name: 'd', type: 'query', query: 'label_values(x, d)' },
  ).templating
  expect(variableGraph(list)).toMatchObject({ order: ['d'], stuck: ['a', 'b', 'c'] })
})

const LISTED = [
  { text: 'One', value: '1' },
  { text: 'Two', value: '2' },
]
const ALLOWED = { multi: true, includeAll: true }

test.each([
  [{}, undefined, false, '1'],
  [{}, '2', false, '2'],
  [{}, 'Two', false, '2'],
  [{}, 'gone', false, '1'],
  [{}, 'gone', true, 'gone'],
  [ALLOWED, ['$__all'], false, ['$__all']],
  [ALLOWED, ['1', 'gone'], false, ['1']],
  [ALLOWED, undefined, false, ['1']],
  [{ multi: true }, ['$__all'], false, ['1']],
])('%j that had %j (in the address: %s) has %j', (parts, wanted, isGiven, want) =>
  expect(settledChoice(variableOf(parts), LISTED, wanted, isGiven)).toEqual(want),
)

test('without options All is chosen where it can be', () => {
  expect(settledChoice(variableOf(ALLOWED), [], undefined)).toEqual(['$__all'])
  expect(settledChoice(variableOf({ multi: true }), [], undefined)).toEqual([])
  expect(settledChoice(variableOf({}), [], undefined)).toBe('')
})

test('what is chosen comes from the address, then from the file', () => {
  const { list } = boardOf(
    { name: 'one', type: 'query', query: 'x', current: { value: 'saved' } },
    { name: 'many', type: 'query', query: 'x', ...ALLOWED, current: { value: ['$__all'] } },
    { name: 'given', type: 'query', query: 'x', multi: true },
    { name: 'old', type: 'query', query: 'x', includeAll: true },
    { name: 'box', type: 'textbox', query: 'typed' },
    { name: 'none', type: 'query', query: 'x', current: {} },
    { name: 'f', type: 'adhoc', filters: [{ key: 'a', operator: '=', value: 'b' }] },
  ).templating
  const params = [
    ['var-given', 'a'],
    ['var-given', 'b'],
    ['var-old', 'All'],
    ['var-nobody', 'x'],
    ['from', 'now-1h'],
  ] as const
  const choices = initialChoices(list, params)
  expect(Object.fromEntries(choices)).toEqual({
    one: 'saved',
    many: ['$__all'],
    given: ['a', 'b'],
    old: ['$__all'],
    box: 'typed',
    f: ['a|=|b'],
  })
  expect(choiceParams(list, choices)).toEqual([
    ['var-one', 'saved'],
    ['var-many', '$__all'],
    ['var-given', 'a'],
    ['var-given', 'b'],
    ['var-old', '$__all'],
    ['var-box', 'typed'],
    ['var-f', 'a|=|b'],
  ])
})

test('scopes: All with and without a value of its own, automatic intervals, filters', () => {
  const dashboard = boardOf(
    { name: 'all', type: 'query', query: 'x', includeAll: true, allValue: '.+' },
    { name: 'c', type: 'custom', query: 'Ten : 10, 20, a\\,b', multi: true },
    {
      name: 'i',
      type: 'interval',
      query: '1m,10m,1h',
      auto: true,
      auto_count: 30,
      auto_min: '10s',
    },
    { name: 'f', type: 'adhoc' },
    { name: 'ds', type: 'datasource', query: 'prometheus' },
    { name: 'odd', type: 'switch', current: { value: 'true' } },
  )
  const choices = new Map<string, string | readonly string[]>([
    ['all', ['$__all']],
    ['c', ['10', 'a,b']],
    ['i', '$__auto'],
    ['f', ['a|=|b', 'c|=||d|e', 'bad']],
  ])
  const c = dashboard.templating.list[1]!
  const options = new Map([
    ['all', LISTED],
    ['c', variableOptions(c, { kind: 'none' }, undefined, SCOPE).options],
  ])
  const { variables } = boardScope(dashboard, { choices, options, from: 0, to: 3_600_000 })
  expect(variables.get('all')).toMatchObject({ values: ['1', '2'], isAll: true, allValue: '.+' })
  expect(variables.get('c')).toMatchObject({ values: ['10', 'a,b'], texts: ['Ten', 'a,b'] })
  expect(variables.get('i')).toMatchObject({ values: ['2m'] })
  expect(variables.get('__auto_interval_i')).toMatchObject({ values: ['2m'] })
  expect(variables.get('f')!.filters).toEqual([
    { key: 'a', operator: '=', value: 'b' },
    { key: 'c', operator: '=|', value: 'd', values: ['d', 'e'] },
  ])
  expect(variables.get('ds')).toMatchObject({ values: ['weir'] })
  expect(variables.get('odd')).toMatchObject({ values: ['true'] })
})
