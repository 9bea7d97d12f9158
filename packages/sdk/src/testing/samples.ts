import type { MetricSource } from '../metrics/family.ts'
import { writePage } from '../outputs/exposition.ts'

/** The samples of a page by name and labels, as a scraper would read them; buckets left out. */
export async function samplesOf(source: MetricSource): Promise<Record<string, number>> {
  const page = writePage(await source.collect(), 'text')
  const samples: Record<string, number> = {}
  for (const line of page.split('\n')) {
    if (line === '' || line.startsWith('#') || line.includes('_bucket{')) continue
    const at = line.lastIndexOf(' ')
    samples[line.slice(0, at)] = Number(line.slice(at + 1))
  }
  return samples
}
