import { startWeir } from '../../test/weir-process.ts'
import type { OpenApi } from './api-page.ts'

/** The API as the Weir that was built describes it: a process for a moment, on ports of its own. */
export async function weirsOwnApi(): Promise<OpenApi> {
  await using process_ = await startWeir({ config: 'packs: { disabled: [weir] }' })
  const answer = await fetch(`${process_.web}/api/weir/v1/openapi.json`)
  return (await answer.json()) as OpenApi
}
