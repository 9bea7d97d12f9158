/** What the demo's programs say: structured lines, some a second, more of them while something is wrong. */

interface Line {
  readonly level: 'info' | 'warning' | 'error'
  readonly pipeline: string
  readonly stage: string
  readonly message: string
  readonly system?: string
  readonly trace_id?: string
  readonly fields?: Readonly<Record<string, string | number>>
  readonly exception?: Readonly<Record<string, string>>
}

/** The lines of second `t`, as NDJSON; '' where nobody says anything. */
export function demoLines(t: number, nowMs: number, isInventoryFailing: boolean): string {
  const said = [...orders(t), ...payments(t), ...inventory(t, isInventoryFailing), ...others(t)]
  return said.map((line, i) => written(line, nowMs + i)).join('')
}

function written({ fields, level, message, ...rest }: Line, timeMs: number): string {
  const { pipeline, stage } = rest
  const named = { logger: `${pipeline}.${stage}`, service: `${pipeline}-worker` }
  const timestamp = new Date(timeMs).toISOString()
  const context = fields === undefined ? {} : { context: fields }
  return `${JSON.stringify({ timestamp, level, message, ...named, ...rest, ...context })}\n`
}

/** A trace that the lines of one attempt share; of attempts that follow each other none is like another. */
function traceOf(pipeline: string, attempt: number): string {
  const seed = Buffer.from(pipeline).reduce((sum, byte) => (sum * 31 + byte) >>> 0, 7)
  const half = (n: number): string =>
    (Math.imul(seed + n, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')
  return [1, 2, 3, 5].map((n) => half(attempt * n)).join('')
}

function orders(t: number): readonly Line[] {
  const of = { pipeline: 'orders', level: 'info' } as const
  const trace_id = traceOf('orders', Math.floor(t / 5))
  const rejected: Line = {
    ...of,
    stage: 'validate',
    level: 'warning',
    message: 'Record rejected: quantity out of range',
    trace_id,
    fields: { order_id: `o-${100_000 + t * 37}`, quantity: -1 },
  }
  const committed: Line = {
    ...of,
    stage: 'sink',
    message: 'Batch committed',
    trace_id,
    fields: { records: 2060 + 7 * (t % 19), duration_ms: 38 + (t % 9) },
  }
  const polled: Line = {
    ...of,
    stage: 'source',
    message: 'Polled',
    trace_id,
    fields: { records: 2100, partition: t % 12 },
  }
  return [
    ...(t % 50 === 25 ? [rejected] : []),
    ...(t % 5 === 0 ? [polled] : []),
    ...(t % 5 === 4 ? [committed] : []),
  ]
}

function payments(t: number): readonly Line[] {
  if (t % 3 !== 0) return []
  const trace_id = traceOf('payments', t)
  const slow = 850 + 40 * (t % 11)
  const line = { pipeline: 'payments', stage: 'sink', level: 'warning' } as const
  const fields = { duration_ms: slow, backlog: 18_000 + 120 * t }
  const said: Line = {
    ...line,
    message: `Slow commit: ${slow} ms for 60 records`,
    trace_id,
    fields,
  }
  const waits: Line = {
    pipeline: 'payments',
    stage: 'enrich',
    level: 'info',
    message: 'Waiting for the sink to take more',
    trace_id,
    fields: { waited_ms: 2100 + 30 * (t % 7) },
  }
  return t % 9 === 0 ? [waits, said] : [said]
}

const REFUSAL = {
  type: 'PgError',
  message: 'new row for relation "stock" violates check constraint "stock_quantity_check"',
  code: '23514',
  stacktrace: `PgError: new row for relation "stock" violates check constraint "stock_quantity_check"
    at Sink.write (inventory/sink.js:88:13)
    at async Batch.flush (inventory/batch.js:41:7)`,
}

function inventory(t: number, isFailing: boolean): readonly Line[] {
  const of = { pipeline: 'inventory', stage: 'sink' } as const
  const trace_id = traceOf('inventory', t)
  if (isFailing) {
    const fields = { batch: 40_000 + t, refused: 31 + (t % 5) }
    const failed: Line = {
      ...of,
      level: 'error',
      message: 'Write refused by the database',
      trace_id,
      fields,
      exception: REFUSAL,
    }
    const read: Line = {
      ...of,
      stage: 'source',
      level: 'info',
      message: 'Batch read',
      trace_id,
      fields: { batch: 40_000 + t, records: 95 },
    }
    return t % 2 === 0 ? [read, failed] : []
  }
  if (t % 10 !== 0) return []
  return [{ ...of, level: 'info', message: 'Batch written', trace_id, fields: { records: 950 } }]
}

/** Of the systems beside them: Airflow's failing task, and Flink's checkpoints. */
function others(t: number): readonly Line[] {
  const fails = t % 24 === 11
  const task: Line = {
    system: 'airflow',
    pipeline: 'fraud_features',
    stage: 'train',
    level: 'error',
    message: 'Task failed with exception',
    trace_id: traceOf('fraud_features', t),
    exception: { type: 'ValueError', message: 'Input contains NaN' },
  }
  const checkpoint: Line = {
    system: 'flink',
    pipeline: 'clickstream',
    stage: 'checkpoints',
    level: 'info',
    message: `Completed checkpoint ${360 + Math.floor(t / 30)}`,
    fields: { duration_ms: 420 + 30 * (Math.floor(t / 30) % 5) },
  }
  return [...(fails ? [task] : []), ...(t % 30 === 0 ? [checkpoint] : [])]
}
