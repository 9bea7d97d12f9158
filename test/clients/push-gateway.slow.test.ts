import type { PushGroupView } from '@weir/packs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type WeirProcess, getJson, startWeir } from '../weir-process.ts'
import { isDocumented, nodeWith, pythonWith } from './kit.ts'
import { waitForValues } from './values.ts'

/** Batch jobs that push with other people's libraries, unmodified, to a real Weir. */

const PROM_CLIENT = '15.1.3'
const PYTHON_CLIENT = '0.26.0'

const promClient = nodeWith(`prom-client@${PROM_CLIENT}`)
const pythonClient = pythonWith(`prometheus-client==${PYTHON_CLIENT}`)

let weir: WeirProcess

beforeAll(async () => {
  weir = await startWeir()
})
afterAll(async () => weir[Symbol.asyncDispose]())

async function jobs(): Promise<(string | undefined)[]> {
  const groups = await getJson<readonly PushGroupView[]>(`${weir.web}/api/weir/v1/push-groups`)
  expect(groups.filter(({ lastError }) => lastError !== '')).toEqual([])
  return groups.map(({ labels }) => labels['job'])
}

test.skipIf(promClient === undefined)('prom-client', async () => {
  await promClient!.send('push-prom-client.cjs', weir.web)
  const group = 'instance="db1",job="nightly",path="/var/tmp"'
  await waitForValues(weir.web, {
    [`job_rows_total{${group},table="a \\"b\\"\\\\\\n"}`]: 7,
    [`job_rows_total{${group},table="later"}`]: 1,
    [`job_depth{${group}}`]: -3.5,
    [`job_seconds_bucket{${group},le="0.1"}`]: 1,
    [`count(push_time_seconds{${group}} > 0)`]: 1,
    'count(job_depth)': 1,
  })
  expect(await jobs()).toContain('nightly')
  expect(await jobs()).not.toContain('gone')
  expect(isDocumented('prom-client', PROM_CLIENT)).toBe(true)
})

describe.skipIf(pythonClient === undefined)('prometheus_client of Python', () => {
  test('with a job and labels that must be coded', async () => {
    await pythonClient!.send('push_prometheus.py', weir.web)
    const group = 'job="nightly/py",path="/var/tmp"'
    await waitForValues(weir.web, {
      [`pyjob_rows_total{${group},table="a \\"b\\"\\\\\\n"}`]: 7,
      [`pyjob_depth{${group}}`]: -3.5,
      [`pyjob_more{${group}}`]: 1,
      [`pyjob_seconds_bucket{${group},le="0.1"}`]: 1,
      'count(pyjob_depth)': 1,
    })
    expect(await jobs()).toContain('nightly/py')
    expect(await jobs()).not.toContain('gone_py')
    expect(isDocumented('prometheus_client (Python)', PYTHON_CLIENT)).toBe(true)
  })
})
