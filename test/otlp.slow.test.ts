import { describe, expect, test } from 'vitest'
import { OTLP_PROMETHEUS, compareOtlp, startOtlpPrometheus } from './otlp-peer.ts'
import { startWeir } from './weir-process.ts'

/** How many random histories are told for each configuration. */
const SEEDS = Number(process.env['WEIR_FUZZ_RUNS'] ?? 3)

const CONFIGS = [
  '',
  'otlp: { convert_histograms_to_nhcb: true }',
  'otlp: { translation_strategy: NoTranslation }',
  'otlp: { translation_strategy: NoUTF8EscapingWithSuffixes }',
  'otlp: { promote_resource_attributes: [host.name, process.pid, job] }',
  'otlp: { promote_all_resource_attributes: true, ignore_resource_attributes: [host.name] }',
  'otlp: { keep_identifying_resource_attributes: true }',
]

describe.skipIf(OTLP_PROMETHEUS === undefined)('OTLP becomes what Prometheus makes of it', () => {
  const runs = CONFIGS.flatMap((config) =>
    Array.from({ length: SEEDS }, (_, seed) => [config, seed + 2] as const),
  )
  test.each(runs)('%s (%i)', { timeout: 300_000 }, async (config, seed) => {
    await using peer = await startOtlpPrometheus(config)
    await using weir = await startWeir({ config })
    expect(await compareOtlp(weir.web, peer.url, { seed, senders: 12, rounds: 12 })).toEqual([])
  })
})
