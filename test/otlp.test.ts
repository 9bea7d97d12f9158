import { describe, expect, test } from 'vitest'
import { OTLP_PROMETHEUS, compareOtlp, startOtlpPrometheus } from './otlp-peer.ts'
import { startWeir } from './weir-process.ts'

describe.skipIf(OTLP_PROMETHEUS === undefined)('OTLP becomes what Prometheus makes of it', () => {
  test.each([
    ['as it is', ''],
    [
      'with all resource attributes as labels, and histograms with custom buckets',
      'otlp: { promote_all_resource_attributes: true, ignore_resource_attributes: [host.name], convert_histograms_to_nhcb: true }',
    ],
  ])('%s', async (_name, config) => {
    await using peer = await startOtlpPrometheus(config)
    await using weir = await startWeir({ config })
    expect(await compareOtlp(weir.web, peer.url, { seed: 1, senders: 6, rounds: 4 })).toEqual([])
  })
})
