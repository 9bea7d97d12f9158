/** A target with a large page, in a process of its own: tells by IPC where it listens and how often it was asked. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type BenchSeries, pipelineSeries } from './pipeline-series.ts'

const [seriesCount = 0, pageCount = 0] = process.argv.slice(2).map(Number)

/** What the page says at sample number `k`, in the text format; families in order. */
function pageOf(series: readonly BenchSeries[], k: number): Buffer {
  const families = new Map<string, string[]>()
  for (const one of series) {
    const { __name__: name = '', ...others } = one.labels
    const pairs = Object.entries(others).map(([label, text]) => `${label}="${text}"`)
    const family = name.replace(/_(bucket|sum|count)$/, '')
    const lines = families.get(family) ?? [`# TYPE ${family} ${typeOf(name)}`]
    lines.push(`${name}{${pairs.join(',')}} ${one.at(k)}`)
    families.set(family, lines)
  }
  return Buffer.from([...families.values(), ['']].map((lines) => lines.join('\n')).join('\n'))
}

function typeOf(name: string): string {
  if (name.startsWith('latency')) return 'histogram'
  return name.endsWith('_total') ? 'counter' : 'gauge'
}

const series = pipelineSeries(seriesCount)
const pages = Array.from({ length: pageCount }, (_, k) => pageOf(series, k))
let asked = 0
const server = createServer((_, response) => {
  response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  response.end(pages[asked++ % pageCount])
})
server.listen(0, '127.0.0.1', () => {
  process.send!({ port: (server.address() as AddressInfo).port, bytes: pages[0]!.length })
})
process.on('message', () => process.send!({ asked }))
