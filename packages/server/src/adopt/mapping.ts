import { WeirError } from '@weir/model'
import { readNamed } from '../config/files.ts'
import { readMappings } from '../statsd/mapping-file.ts'
import { Mapping } from '../statsd/mapping.ts'
import { type AdoptItem, complaints, differs, same } from './item.ts'

const PAGE = 'statsd-exporter.md'

/** Looks at mapping files of a statsd_exporter; those that Weir takes are listed. */
export function adoptMappings(files: readonly string[]): {
  readonly items: readonly AdoptItem[]
  readonly taken: readonly string[]
} {
  const items: AdoptItem[] = []
  const taken: string[] = []
  for (const file of files) {
    const text = readNamed(file, { flag: '--mapping' })
    try {
      const mapping = new Mapping(readMappings([{ file, text }]))
      taken.push(file)
      items.push(same(file, `mapping rules: ${mapping.ruleCount}`, 'statsd-mapping.md'))
      for (const why of mapping.unreachable) {
        items.push(differs(file, { what: 'a rule that matches nothing', why, page: PAGE }))
      }
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      const problems = error.message.replace(/^Cannot (use|read) /, '').split('\n')
      items.push(...complaints(file, problems, { what: 'a mapping', page: PAGE }))
    }
  }
  const [first] = taken
  if (first === undefined) return { items, taken }
  items.push(
    differs(first, {
      what: 'addresses',
      why: 'the new file listens on 127.0.0.1:9125; statsd.listen and an address list open it to other machines',
      page: PAGE,
    }),
    differs(first, {
      what: 'counts over a restart',
      why: 'they go on where statsd_exporter begins at 0 again',
      page: 'statsd.md',
    }),
    differs(first, {
      what: 'who scrapes it',
      why: 'what comes by StatsD is in Weir’s store at once; a job that scrapes the exporter is not needed',
      page: PAGE,
    }),
  )
  return { items, taken }
}
