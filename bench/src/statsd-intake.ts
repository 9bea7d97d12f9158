/** Weir's StatsD intake in a process of its own, for the benchmark to measure. Tells by IPC where it listens and how many lines came. */
import { readFileSync } from 'node:fs'
import { type Appender, type SeriesRef, systemClock } from '@weir/model'
import { openLog, readMappings, Registry, startStatsd, statsdConfig } from '@weir/server'

const [mappingFile = '', readBuffer = '', ...allowFrom] = process.argv.slice(2)

// Numbers series and forgets the samples: what is measured ends where the store begins.
let refs = 0
const appender: Appender = {
  ref: () => refs++ as SeriesRef,
  append: () => undefined,
  appendColumns: () => undefined,
  appendHistogram: () => undefined,
  appendExemplar: () => undefined,
  release: () => undefined,
  describe: () => undefined,
  commit: () => Promise.resolve({ appended: 0, rejected: {}, example: '' }),
  close: () => undefined,
}

const intake = await startStatsd({
  config: statsdConfig.parse({
    listen: '127.0.0.1:0',
    read_buffer: readBuffer,
    allow_from: allowFrom,
    max_series_per_metric: 100_000,
  }),
  mappings: readMappings([{ file: mappingFile, text: readFileSync(mappingFile, 'utf8') }]),
  appender,
  events: { keep: () => Promise.resolve(), queuedMax: 1 },
  telemetry: { registry: new Registry(), log: openLog('silent') },
  clock: systemClock,
})

process.on('message', (message) => {
  if (message === 'lines') process.send!({ lines: intake.status()[0]!.lines })
})
process.send!({ address: intake.addresses[0]!.address })
