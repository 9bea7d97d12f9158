import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeWriteRequestV1, packSnappy } from '@weir/wire'
import { expect, test } from 'vitest'
import { eventually, sendUdp, startWeir, value } from './weir-process.ts'

const SIZE_BYTES = 96 * 2 ** 20
const RESERVE_BYTES = 16 * 2 ** 20

/** A disk of its own, which is full soon; undefined where this user may not mount one. */
function mountSmallDisk(): { readonly path: string; unmount: () => void } | undefined {
  const path = mkdtempSync(join(tmpdir(), 'weir-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_BYTES}`, 'tmpfs', path], {
      stdio: 'ignore',
    })
  } catch {
    rmSync(path, { recursive: true })
    return undefined
  }
  const unmount = (): void => {
    execFileSync('umount', [path])
    rmSync(path, { recursive: true })
  }
  return { path, unmount }
}

/** Until not a byte is left, whoever else writes meanwhile. */
function fillUp(path: string, filler: string): void {
  for (;;) {
    const { bavail, bsize } = statfsSync(path)
    if (bavail === 0) return
    try {
      appendFileSync(filler, Buffer.alloc(Math.min(bavail * bsize, 2 ** 20)))
    } catch {
      // Somebody was faster: what is left now?
    }
  }
}

const disk = mountSmallDisk()
if (disk === undefined) {
  process.stderr.write('a small disk cannot be mounted here: a full one is not tried\n')
}

test.skipIf(disk === undefined)(
  'a full disk refuses intake with 503 and counts it, queries go on, and all resumes when there is room',
  async () => {
    const { path, unmount } = disk!
    try {
      const config = `
statsd: { flush_interval: 500ms }
storage: { metrics: { disk_reserve: ${RESERVE_BYTES} } }
`
      await using weir = await startWeir({ config, dataDir: join(path, 'data') })
      const write = async (name: string, sample: number): Promise<number> => {
        const labels = ['__name__', name]
        const request = encodeWriteRequestV1([{ labels, samples: [[Date.now(), sample]] }])
        const answer = await fetch(`${weir.web}/api/v1/write`, {
          method: 'POST',
          headers: {
            'content-type': 'application/x-protobuf',
            'content-encoding': 'snappy',
            'x-prometheus-remote-write-version': '0.1.0',
          },
          body: packSnappy(request),
        })
        await answer.arrayBuffer()
        return answer.status
      }
      const log = async (message: string): Promise<number> => {
        const body = JSON.stringify({ message })
        const answer = await fetch(`${weir.web}/insert/jsonline`, { method: 'POST', body })
        await answer.arrayBuffer()
        return answer.status
      }
      const logged = async (): Promise<unknown> => {
        const query = encodeURIComponent(`SELECT line->>'message' FROM logs ORDER BY time`)
        const answer = await fetch(`${weir.web}/api/weir/v1/logs/sql?query=${query}`)
        return ((await answer.json()) as { readonly rows: readonly string[][] }).rows.flat()
      }
      expect(await write('before', 1)).toBe(204)
      expect(await log('before')).toBe(200)
      const ballast = join(path, 'data/ballast')
      await eventually('the ballast to be there', async () => existsSync(ballast))
      const { bavail, bsize } = statfsSync(path)
      const filler = join(path, 'filler')
      writeFileSync(filler, Buffer.alloc(bavail * bsize - RESERVE_BYTES / 2))
      expect(await write('during', 1)).toBe(503)
      expect(await log('during')).toBe(503)
      expect(await logged()).toEqual(['before'])
      await sendUdp(weir.statsdPort, ['lost:1|c'])
      const metrics = async (): Promise<string> => (await fetch(`${weir.web}/metrics`)).text()
      await eventually('a failed flush to be counted', async () =>
        /^weir_statsd_flushes_failed_total [1-9]/m.test(await metrics()),
      )
      expect(await value(weir.web, 'before')).toBe(1)
      expect(await value(weir.web, 'during')).toBeUndefined()
      rmSync(filler)
      expect(await write('after', 2)).toBe(204)
      expect(await log('after')).toBe(200)
      expect(await logged()).toEqual(['before', 'after'])
      await sendUdp(weir.statsdPort, ['again:1|c'])
      await eventually('StatsD to be stored again', async () => value(weir.web, 'again'))
      expect(await value(weir.web, 'after')).toBe(2)
      // Somebody else fills it to its last byte: what people do, and what they are told, still finds room.
      await eventually('the ballast to be there', async () => existsSync(ballast))
      fillUp(path, filler)
      expect(await write('full', 1)).toBe(503)
      const silence = await fetch(`${weir.web}/api/v2/silences`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          matchers: [{ name: 'alertname', value: 'x', isRegex: false }],
          startsAt: new Date().toISOString(),
          endsAt: new Date(Date.now() + 3_600_000).toISOString(),
          createdBy: 'test',
          comment: 'a full disk',
        }),
      })
      expect([silence.status, existsSync(ballast)]).toEqual([200, false])
      rmSync(filler)
      await eventually('the ballast to be there again', async () => existsSync(ballast))
      expect(await weir.stop()).toBe(0)
    } finally {
      unmount()
    }
  },
  90_000,
)
