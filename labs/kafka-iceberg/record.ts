/** The series that the consumer and the reports of Iceberg made, as files that tests replay. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { say } from '../stand/verdicts.ts'

const FIXTURES = join(import.meta.dirname, '../../fixtures/kafka-iceberg')

/** One series of each name, with its labels: enough to know what is sent. */
export async function record(web: string): Promise<void> {
  const match = encodeURIComponent(
    '{job=~"orders-consumer|iceberg",__name__!~"kafka_iceberg:.*|weir_.*"}',
  )
  const answer = await fetch(`${web}/api/v1/series?match[]=${match}`)
  const { data } = (await answer.json()) as {
    readonly data: readonly Readonly<Record<string, string>>[]
  }
  const byName = new Map(data.map((series) => [series['__name__'] ?? '', series]))
  const lines = [...byName.values()].map((series) => JSON.stringify(series)).toSorted()
  mkdirSync(FIXTURES, { recursive: true })
  writeFileSync(join(FIXTURES, 'series.ndjson'), `${lines.join('\n')}\n`)
  say(`recorded ${lines.length} names into ${FIXTURES}`)
}
