import { bench, describe } from 'vitest'
import { ExpositionPage } from './page.ts'
import { parseText } from './parse-text.ts'
import { SeriesTable } from './series-table.ts'

/** A page of 50,000 series as exporters send them: 500 metrics, five labels. */
const lines = Array.from({ length: 50_000 }, (_, i) => {
  const metric = Math.floor(i / 100)
  const head =
    i % 100 === 0
      ? `# HELP shop_metric_${metric}_total Counts.\n# TYPE shop_metric_${metric}_total counter\n`
      : ''
  return `${head}shop_metric_${metric}_total{method="GET",path="/api/v1/item/${i % 100}",code="200",zone="eu-west-1",pod="shop-${i % 7}"} ${i * 1.25}\n`
})
const bytes = Buffer.from(lines.join(''))

describe('a page of 50,000 series', () => {
  const page = new ExpositionPage()
  const known = new SeriesTable()
  parseText(bytes, known, page)
  bench('known', () => {
    parseText(bytes, known, page)
  })
  bench('new', () => {
    parseText(bytes, new SeriesTable(), page)
  })
})
