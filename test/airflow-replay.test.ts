import type { Overview, PipelineDetail } from '@weir/packs'
import { expect, test } from 'vitest'
import { capture, replay } from './replay.ts'
import { eventually, getJson, sendTcp, startReceiver, startWeir, value } from './weir-process.ts'

const DAGS = ['lab_failure', 'lab_retry', 'lab_slow', 'lab_success', 'team.reports-daily']

test(
  'what a real Airflow sent becomes its DAGs, a failing one, and a webhook',
  { timeout: 90_000 },
  async () => {
    await using receiver = await startReceiver()
    await using weir = await startWeir({
      config: `
statsd: { flush_interval: 500ms }
alertmanager:
  route: { receiver: lab, group_by: [alertname, pipeline], group_wait: 1s, group_interval: 5s }
  receivers:
    - name: lab
      webhook_configs: [{ url: '${receiver.url}' }]
`,
    })
    const packets = capture('plain')
    await replay(weir.statsdPort, packets)

    const overview = await eventually(
      'the failing DAG',
      async () => {
        const seen = await getJson<Overview>(`${weir.web}/api/weir/v1/overview?window=15m`)
        return seen.pipelines.find(({ pipeline }) => pipeline === 'lab_failure')?.health ===
          'failing'
          ? seen
          : undefined
      },
      45_000,
    )
    const names = overview.pipelines.map(({ pipeline }) => pipeline)
    expect(names).toEqual(expect.arrayContaining([...DAGS, '(airflow)']))
    expect(overview.pipelines[0]).toMatchObject({
      pipeline: 'lab_failure',
      system: 'airflow',
      health: 'failing',
    })
    expect(overview.pipelines.find(({ pipeline }) => pipeline === 'lab_success')?.health).toBe(
      'healthy',
    )

    const body = await eventually('the webhook', async () =>
      (receiver.bodies as WebhookBody[]).find(({ alerts }) =>
        alerts.some(({ labels }) => labels['pipeline'] === 'lab_failure'),
      ),
    )
    expect(body).toMatchObject({ version: '4', status: 'firing', receiver: 'lab' })

    const sent = packets.filter(({ text }) =>
      text.startsWith('airflow.dagrun.duration.success.lab_success:'),
    ).length
    expect(sent).toBeGreaterThan(0)
    expect(await value(weir.web, 'sum(airflow_dagrun_duration_count{dag_id="lab_success"})')).toBe(
      sent,
    )

    const detail = await getJson<PipelineDetail>(
      `${weir.web}/api/weir/v1/pipelines/airflow/lab_failure?window=15m`,
    )
    expect(detail.stages.map(({ stage }) => stage)).toContain('task')
    expect(detail.summary.alerts.map(({ name }) => name)).toContain('AirflowDagFailing')
  },
)

interface WebhookBody {
  readonly version: string
  readonly status: string
  readonly receiver: string
  readonly alerts: readonly { readonly labels: Readonly<Record<string, string>> }[]
}

test.each(['influx', 'datadog'])(
  'the %s form counts each run once',
  { timeout: 60_000 },
  async (form) => {
    await using weir = await startWeir({ config: 'statsd: { flush_interval: 500ms }' })
    const packets = capture(form)
    // By TCP, which loses nothing however fast it goes.
    await sendTcp(
      weir.statsdTcpPort,
      packets.map(({ text }) => text),
    )
    const sent = packets.filter(({ text }) =>
      /^airflow\.dagrun\.duration\.success\.lab_success[,:]/.test(text),
    ).length
    await eventually(
      `${sent} runs`,
      async () =>
        (await value(weir.web, 'sum(airflow_dagrun_duration_count{dag_id="lab_success"})')) ===
        sent,
    )
  },
)
