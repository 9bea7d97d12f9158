import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PACKS } from '@weir/packs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { packYaml, readPack, refuseTwins } from './own-packs.ts'
import { packJsonSchema } from './pack-schema.ts'

const GOOD = `id: shop
title: Shop
detect: [shop_orders_total]
metricPrefix: shop_
metrics:
  - { name: shop_orders_total, type: counter, help: Orders. }
  - { name: shop_wait_seconds, type: histogram, help: Time. }
records:
  - { record: 'shop:orders:rate5m', expr: 'sum(rate(shop_orders_total[5m]))' }
stages:
  - { stage: orders, order: 10, title: Orders, signals: { throughput: { unit: orders/s, expr: 'shop:orders:rate5m' } } }
alerts:
  - name: ShopStill
    expr: shop:orders:rate5m
    threshold: { op: '<', value: 1 }
    stage: orders
    summary: '{{ $value }} orders'
dashboards:
  - name: shop
    title: Shop
    rows: [{ title: R, panels: [{ title: P, targets: [{ expr: 'rate(shop_wait_seconds_count[$__rate_interval])' }] }] }]
`

test('a good pack is read, with defaults for what it does not say', () => {
  const pack = readPack(GOOD, 'shop.yml')
  expect(pack).toMatchObject({
    id: 'shop',
    scrape: [],
    alerts: [{ severity: 'warning', forText: '0s', pipeline: '{{ $labels.pipeline }}' }],
    dashboards: [{ rows: [{ panels: [{ kind: 'timeseries', width: 12, unit: 'short' }] }] }],
  })
})

test.each([
  [
    'key that is not there',
    'title: Shop',
    'titel: Shop',
    'shop.yml:2: titel: there is no such key',
  ],
  [
    'metric that nobody has',
    'sum(rate(shop_orders_total[5m]))',
    'sum(rate(shop_ordrs_total[5m]))',
    'shop.yml:9: records[0].expr: asks for shop_ordrs_total, want a metric of this pack or a recorded rule',
  ],
  [
    'histogram without its ending',
    'shop_wait_seconds_count[',
    'shop_wait_seconds[',
    'shop.yml:21: dashboards[0].rows[0].panels[0].targets[0].expr: asks for shop_wait_seconds',
  ],
  ['PromQL', 'sum(rate(shop', 'sum(rate((shop', 'shop.yml:9: records[0].expr: '],
  ['template', '{{ $value }}', '{{ $valu }}', 'shop.yml:17: alerts[0].summary: template: '],
  [
    'stage',
    '    stage: orders',
    '    stage: oders',
    'shop.yml:16: alerts[0].stage: want a stage of this pack, got "oders"',
  ],
  [
    'detected metric',
    'detect: [shop_orders_total]',
    'detect: [shop_order]',
    'shop.yml:3: detect[0]: want a metric of this pack, got "shop_order"',
  ],
  ['id that is taken', 'id: shop', 'id: airflow', 'shop.yml:1: id: Weir has a pack airflow'],
  [
    'board that is taken',
    'name: shop\n    title',
    'name: weir-airflow\n    title',
    "shop.yml:19: dashboards[0].name: a pack of Weir's own has a board weir-airflow",
  ],
  [
    'twin',
    'records:',
    '  - { name: shop_wait_seconds, type: gauge, help: Again. }\nrecords:',
    'shop.yml:8: metrics[2]: "shop_wait_seconds" is there twice',
  ],
])('a wrong %s is told with file, line and key', (_, from, to, want) => {
  expect(GOOD).toContain(from)
  const read = (): unknown => readPack(GOOD.replace(from, to), 'shop.yml')
  expect(read).toThrow(expect.objectContaining({ code: 'PACK_INVALID' }))
  expect(read).toThrow(want)
})

test('packs and boards of two files are told apart', () => {
  const pack = readPack(GOOD, 'shop.yml')
  const files = ['a.yml', 'b.yml'].map((file) => ({ file, pack }))
  expect(() => refuseTwins(files)).toThrow('b.yml: pack shop is in a.yml too')
})

test.each(PACKS.map((pack) => [pack.id, pack] as const))(
  'the schema knows all that pack %s uses',
  (_, { dashboards, ...pack }) => {
    const own = {
      ...pack,
      id: 'own',
      dashboards: dashboards.map((b) => ({ ...b, name: `o-${b.name}`.slice(0, 40) })),
    }
    const read = readPack(packYaml(own), 'own.yml')
    expect(read).toMatchObject(parse(packYaml(own)) as object)
  },
)

test('docs/pack.schema.json is the structure', () => {
  const path = join(import.meta.dirname, '../../../../../docs/pack.schema.json')
  const json = `${JSON.stringify(packJsonSchema(), null, 2)}\n`
  if (process.env['WEIR_GOLDEN'] === 'write') writeFileSync(path, json)
  expect(readFileSync(path, 'utf8'), 'npm run golden writes it anew').toBe(json)
})
