import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Dashboard } from '../dashboard.ts'
import { readDashboards } from '../read/read-dashboards.ts'
import { BOARD_FILES, board } from '../testing/board.ts'
import { exportDashboard } from './export-dashboard.ts'

/** Through a file, as it leaves and comes back. */
function again(dashboard: Dashboard): Dashboard {
  return readDashboards(JSON.parse(JSON.stringify(exportDashboard(dashboard)))).dashboards[0]!
    .dashboard
}

const plain = (dashboard: Dashboard): unknown => JSON.parse(JSON.stringify(dashboard))

test.each(BOARD_FILES)('%s comes back as it left', (file) => {
  const read = board(file)
  expect(again(read)).toEqual(plain(read))
  expect(
    readDashboards(exportDashboard(read)).dashboards[0]!.notes.filter(
      ({ kind }) => kind === 'changed',
    ),
  ).toEqual([])
})

test('nothing of Weir’s own is in the file, and nothing of others is lost', () => {
  const read = board({
    mine: { a: [1] },
    panels: [
      {
        id: 1,
        type: 'stat',
        mine: 'b',
        datasource: { type: 'influxdb' },
        targets: [{ refId: 'A', measurement: 'm', select: [[{ type: 'field', params: ['v'] }]] }],
      },
      { id: 2, type: 'logs', targets: [{ refId: 'A', expr: '{a="b"} |= "c"', mine: 2 }] },
    ],
    templating: {
      list: [
        {
          name: 'q',
          type: 'query',
          query: { query: 'label_values(a)', refId: 'x' },
          datasource: { type: 'loki' },
        },
        { name: 's', type: 'switch', current: { value: 'on' } },
        { name: 'i', type: 'interval', query: '1m,5m', auto: true, auto_count: 7 },
        { name: 'c', type: 'custom', query: 'One : 1,2', current: { value: '2' } },
      ],
    },
  })
  expect(exportDashboard(read)).toMatchObject({
    mine: { a: [1] },
    panels: [
      {
        mine: 'b',
        targets: [{ expr: 'max (m_v)', datasource: { type: 'prometheus' }, measurement: 'm' }],
      },
      { targets: [{ expr: '{a="b"} |= "c"', mine: 2 }] },
    ],
    templating: {
      list: [
        { type: 'query', query: 'label_values(a)' },
        { type: 'switch' },
        { auto_count: 7, auto_min: '10s', options: [{ value: '1m' }, { value: '5m' }] },
        {
          options: [
            { text: 'One', value: '1', selected: false },
            { text: '2', value: '2', selected: true },
          ],
        },
      ],
    },
  })
  expect(JSON.stringify(exportDashboard(read))).not.toMatch(/"language"|originalType|autoCount/)
  expect(again(read).templating).toEqual((plain(read) as Dashboard).templating)
})

test('whatever is read comes back as it left', () => {
  const odd = fc.oneof(fc.jsonValue(), fc.constantFrom('', '$x', 'up', 'now-1h', -1))
  const panel = fc.record({
    id: odd,
    type: fc.constantFrom(
      'graph',
      'singlestat',
      'table-old',
      'table',
      'stat',
      'gauge',
      'row',
      'heatmap',
      'text',
      'dashlist',
      'grafana-piechart-panel',
      'x',
    ),
    datasource: fc.constantFrom(
      null,
      'Loki',
      '$ds',
      { type: 'influxdb' },
      { type: 'prometheus', uid: 'a' },
    ),
    targets: fc.array(fc.record({ expr: fc.constantFrom('', 'up', '{a="b"} |= "c"'), odd })),
    legend: odd,
    options: odd,
    styles: odd,
    yaxes: odd,
    thresholds: odd,
    seriesOverrides: odd,
    gridPos: odd,
    fieldConfig: odd,
    content: odd,
  })
  const variable = fc.record({
    name: fc.constantFrom('a', 'b', 'ds', 'bad name'),
    type: fc.constantFrom(
      'query',
      'custom',
      'interval',
      'datasource',
      'textbox',
      'constant',
      'adhoc',
      'groupby',
    ),
    query: odd,
    options: odd,
    current: odd,
    auto: odd,
  })
  const any = fc.record({
    panels: fc.array(panel, { maxLength: 3 }),
    list: fc.array(variable, { maxLength: 3 }),
    odd,
  })
  fc.assert(
    fc.property(any, ({ panels, list, odd: more }) => {
      const read = board({ panels, templating: { list }, more, annotations: more, links: more })
      expect(again(read)).toEqual(plain(read))
    }),
    { numRuns: 200 },
  )
})
