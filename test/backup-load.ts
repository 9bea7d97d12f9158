import { encodeWriteRequestV1, packSnappy } from '@weir/wire'
import { type WeirProcess, getJson, value } from './weir-process.ts'

/** Sends samples and lines one after the other, and counts those that were acknowledged. */
export function load({ web }: WeirProcess) {
  const acknowledged = { samples: 0, lines: 0 }
  const stopped = new AbortController()
  const startMs = Date.now() - 600_000
  const samples = async (): Promise<void> => {
    for (let k = 1; !stopped.signal.aborted; k++) {
      const series = { labels: ['__name__', 'load'], samples: [[startMs + k, k]] as const }
      const answer = await fetch(`${web}/api/v1/write`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' },
        body: packSnappy(encodeWriteRequestV1([series])),
      })
      await answer.arrayBuffer()
      if (answer.status === 204) acknowledged.samples = k
    }
  }
  const lines = async (): Promise<void> => {
    for (let k = 1; !stopped.signal.aborted; k++) {
      const body = `{"message":"line ${k}"}\n`
      const answer = await fetch(`${web}/insert/jsonline`, { method: 'POST', body })
      await answer.arrayBuffer()
      if (answer.status === 200) acknowledged.lines = k
    }
  }
  const running = Promise.all([samples(), lines()])
  return {
    acknowledged,
    stop: async () => {
      stopped.abort()
      await running
    },
  }
}

/** What a Weir holds of it. */
export async function held({ web }: WeirProcess) {
  const query = encodeURIComponent("SELECT count(*) FROM logs WHERE line LIKE '%line %'")
  const { rows } = await getJson<{ rows: number[][] }>(`${web}/api/weir/v1/logs/sql?query=${query}`)
  return {
    samples: (await value(web, 'max_over_time(load[1h])')) ?? 0,
    count: (await value(web, 'count_over_time(load[1h])')) ?? 0,
    lines: Number(rows[0]![0]),
  }
}
