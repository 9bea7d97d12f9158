import { getJson } from './weir-process.ts'

/** What a query answers at a moment, in the API's words, in an order that two servers share. */
export async function answers(web: string, query: string, timeMs: number): Promise<unknown> {
  const asked = new URLSearchParams({ query, time: String(timeMs / 1000) }).toString()
  const { data } = await getJson<{ data: { result: { metric: object }[] } }>(
    `${web}/api/v1/query?${asked}`,
  )
  const key = ({ metric }: { metric: object }): string => JSON.stringify(metric)
  return data.result.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
}

/** A sample to be sent. No array of doubles, in which all NaNs become the same: stale markers too. */
export function pair(timeMs: number, value: number): [number, number] {
  const made: [unknown, unknown] = ['', '']
  made[0] = timeMs
  made[1] = value
  return made as [number, number]
}
