import { Readable } from 'node:stream'
import { pipeline as runStreams } from 'node:stream/promises'
import { describe, expect, test } from 'vitest'
import { Registry } from '../metrics/registry.ts'
import { samplesOf } from '../testing/samples.ts'
import { CheckpointMetrics } from './checkpoint-metrics.ts'
import { IcebergSinkMetrics } from './iceberg-sink-metrics.ts'
import { MetricsReporter } from './metrics-reporter.ts'
import { type Verdict, ValidationMetricsReporter } from './validation-metrics-reporter.ts'

const NOW = 1_700_000_000_000

function clockOf(): { now: () => number; monotonic: () => number } {
  let ms = 0
  return { now: () => NOW, monotonic: () => (ms += 40) }
}

interface Row {
  readonly type: string
  readonly value: number
  readonly at: number
}

const ROWS: Row[] = [
  { type: 'heartRate', value: 60, at: NOW - 1000 },
  { type: 'heartRate', value: -1, at: NOW - 3000 },
  { type: 'steps', value: 100, at: NOW + 5000 },
]

async function drain(rows: AsyncIterable<Row>): Promise<Row[]> {
  const got: Row[] = []
  for await (const row of rows) got.push(row)
  return got
}

describe('MetricsReporter', () => {
  const stand = (): { meter: Registry; reporter: MetricsReporter<Row> } => {
    const meter = new Registry()
    const reporter = new MetricsReporter<Row>('health_data', {
      meter,
      clock: clockOf(),
      jobName: 'job',
      dataType: ({ type }) => type,
      eventTimeMs: ({ at }) => at,
      isValid: ({ value }) => value >= 0,
    })
    return { meter, reporter }
  }
  const WANTED = {
    'health_data_valid_records_total{job_name="job"}': 2,
    'health_data_invalid_records_total{job_name="job"}': 1,
    'health_data_throughput_total{job_name="job"}': 3,
    'health_data_records_by_type_total{data_type="heartRate"}': 2,
    'health_data_records_by_type_total{data_type="steps"}': 1,
    // A row from the future is no younger than now.
    'processing_latency_ms_sum{job_name="job"}': 4000,
    'processing_latency_ms_count{job_name="job"}': 3,
  }

  test('as a wrapper, a stream, an iterable and a hook counts the same', async () => {
    const forms: ((reporter: MetricsReporter<Row>) => unknown)[] = [
      (reporter) => ROWS.map(reporter.wrap((row) => row.value)),
      (reporter) =>
        runStreams(Readable.from(ROWS), reporter.transform(), async (rows: AsyncIterable<Row>) =>
          expect(await drain(rows)).toEqual(ROWS),
        ),
      async (reporter) => expect(await drain(reporter.over(ROWS))).toEqual(ROWS),
      (reporter) => {
        for (const row of ROWS) reporter.report(row)
      },
    ]
    for (const form of forms) {
      const { meter, reporter } = stand()
      await form(reporter)
      expect(await samplesOf(meter)).toEqual(WANTED)
    }
  })

  test('a step that fails makes its row invalid, once', async () => {
    const { meter, reporter } = stand()
    const failing = reporter.wrap((_row: Row): number => {
      throw new Error('no')
    })
    expect(() => failing(ROWS[0]!)).toThrow('no')
    expect(await samplesOf(meter)).toMatchObject({
      'health_data_valid_records_total{job_name="job"}': 0,
      'health_data_invalid_records_total{job_name="job"}': 1,
      'health_data_throughput_total{job_name="job"}': 1,
    })
  })

  test('only its own family has the prefix, and questions that throw cost only their figure', async () => {
    const meter = new Registry()
    const no = (): never => {
      throw new Error('odd row')
    }
    const reporter = new MetricsReporter<Row>('shop', {
      meter,
      clock: clockOf(),
      jobName: 'job',
      dataType: no,
      eventTimeMs: no,
    })
    reporter.report(ROWS[0]!)
    expect(await samplesOf(meter)).toEqual({
      'shop_valid_records_total{job_name="job"}': 1,
      'shop_invalid_records_total{job_name="job"}': 0,
      'shop_throughput_total{job_name="job"}': 1,
    })
  })
})

describe('ValidationMetricsReporter', () => {
  const validate = ({ value }: Row): Verdict => (value < 0 ? 'out_of_range' : true)
  const WANTED = {
    validation_success_total: 2,
    'validation_failures_total{reason="out_of_range",data_type="heartRate"}': 1,
  }

  test('as a wrapper, a stream, an iterable and a hook counts the same; invalid rows end there', async () => {
    for (const form of ['wrap', 'wrap async', 'transform', 'over', 'report'] as const) {
      const meter = new Registry()
      const invalid: unknown[] = []
      const reporter = new ValidationMetricsReporter<Row>({
        meter,
        dataType: ({ type }) => type,
        onInvalid: (row, reason) => invalid.push([row.value, reason]),
      })
      if (form === 'wrap') ROWS.map(reporter.wrap(validate))
      if (form === 'wrap async') {
        await Promise.all(ROWS.map(reporter.wrap(async (row: Row) => validate(row))))
      }
      if (form === 'report') for (const row of ROWS) reporter.report(row, validate(row))
      if (form === 'transform' || form === 'over') {
        const rows =
          form === 'over'
            ? reporter.over(ROWS, validate)
            : Readable.from(ROWS).compose(reporter.transform(async (row: Row) => validate(row)))
        expect((await drain(rows as AsyncIterable<Row>)).map(({ value }) => value)).toEqual([
          60, 100,
        ])
        expect(invalid).toEqual([[-1, 'out_of_range']])
      }
      expect(await samplesOf(meter), form).toEqual(WANTED)
    }
  })

  test.each<[unknown, string]>([
    [false, 'invalid'],
    ['', 'invalid'],
    ['missing_field', 'missing_field'],
  ])('the verdict %j is the reason %s', async (verdict, reason) => {
    const meter = new Registry()
    const reporter = new ValidationMetricsReporter({ meter })
    expect(reporter.report({}, verdict as Verdict)).toBe(false)
    const key = `validation_failures_total{reason="${reason}",data_type="unknown"}`
    expect((await samplesOf(meter))[key]).toBe(1)
  })

  test('a validator that throws has judged the row, and a stream goes on', async () => {
    const meter = new Registry()
    const reporter = new ValidationMetricsReporter<Row>({ meter })
    const odd = (row: Row): Verdict => {
      if (row.value < 0) throw new RangeError('below zero')
      return true
    }
    expect(() => reporter.wrap(odd)(ROWS[1]!)).toThrow('below zero')
    expect(await drain(reporter.over(ROWS, odd))).toHaveLength(2)
    const key = 'validation_failures_total{reason="RangeError",data_type="unknown"}'
    expect((await samplesOf(meter))[key]).toBe(2)
  })

  test('reasons stay few: those that were named, or the first fifty', async () => {
    const named = new Registry()
    const closed = new ValidationMetricsReporter({ meter: named, reasons: ['known'] })
    for (const reason of ['known', '300 is too high']) closed.reportFailure(reason, 'x')
    expect(await samplesOf(named)).toMatchObject({
      'validation_failures_total{reason="known",data_type="x"}': 1,
      'validation_failures_total{reason="other",data_type="x"}': 1,
    })
    const open = new Registry()
    const reporter = new ValidationMetricsReporter({ meter: open })
    for (let i = 0; i < 1000; i++) reporter.reportFailure(`reason ${i}`, 'x')
    const reasons = Object.keys(await samplesOf(open)).filter((key) => key.includes('failures'))
    expect(reasons).toHaveLength(51)
  })
})

const TABLE = 'iceberg_database="health_db",iceberg_table="raw"'

describe('IcebergSinkMetrics', () => {
  test('counts records when their write has succeeded, and failures', async () => {
    const meter = new Registry()
    const sink = new IcebergSinkMetrics({
      meter,
      clock: clockOf(),
      database: 'health_db',
      table: 'raw',
    })
    const write = sink.wrap(async (batch: number[]) => {
      if (batch.length === 0) throw new Error('nothing to write')
      return batch.length
    })
    expect(await write([1, 2, 3])).toBe(3)
    await expect(write([])).rejects.toThrow('nothing')
    for await (const size of sink.over([[1], [2, 3]], (batch: number[]) => batch.length)) {
      expect(size).toBeGreaterThan(0)
    }
    await runStreams(
      Readable.from([[1, 2, 3, 4]]),
      sink.transform((batch: number[]) => batch.length),
      async (sizes: AsyncIterable<number>) => {
        for await (const size of sizes) expect(size).toBe(4)
      },
    )
    expect(await samplesOf(meter)).toEqual({
      [`iceberg_records_written_total{${TABLE}}`]: 10,
      [`iceberg_write_failures_total{${TABLE}}`]: 1,
      [`iceberg_write_latency_ms_sum{${TABLE}}`]: 160,
      [`iceberg_write_latency_ms_count{${TABLE}}`]: 4,
      [`iceberg_batch_size_sum{${TABLE}}`]: 10,
      [`iceberg_batch_size_count{${TABLE}}`]: 4,
    })
  })

  test('reads commit reports of Iceberg, and passes over what is none', async () => {
    const meter = new Registry()
    const sink = new IcebergSinkMetrics({ meter, database: 'health_db', table: 'raw' })
    const report = {
      'report-type': 'commit-report',
      'table-name': 'catalog.health_db.raw',
      'snapshot-id': 1,
      operation: 'append',
      metrics: {
        'total-duration': { count: 1, 'time-unit': 'nanoseconds', 'total-duration': 1.5e9 },
        attempts: { unit: 'count', value: 2 },
        'added-data-files': { unit: 'count', value: 4 },
        'added-records': { unit: 'count', value: 1000 },
        'total-records': { unit: 'count', value: 5000 },
        'added-files-size-bytes': { unit: 'bytes', value: 65_536 },
      },
    }
    sink.commitReport(report)
    sink.commitReport(JSON.stringify(report))
    for (const odd of ['{', 'null', '7']) sink.commitReport(odd)
    expect(await samplesOf(meter)).toMatchObject({
      'iceberg_commits_total{table="health_db.raw",operation="append"}': 2,
      'iceberg_commit_duration_ms_sum{table="health_db.raw"}': 3000,
      'iceberg_commit_attempts_total{table="health_db.raw"}': 4,
      'iceberg_added_records_total{table="health_db.raw"}': 2000,
      'iceberg_added_files_total{table="health_db.raw"}': 8,
      'iceberg_added_bytes_total{table="health_db.raw"}': 131_072,
      'iceberg_table_records{table="health_db.raw"}': 5000,
    })
  })
})

test('CheckpointMetrics tells the newest checkpoint and counts failures', async () => {
  const meter = new Registry()
  const checkpoints = new CheckpointMetrics({ meter, clock: clockOf(), jobName: 'job' })
  const take = checkpoints.wrap(
    async (isGood: boolean) => {
      if (!isGood) throw new Error('disk')
      return { bytes: 1024 }
    },
    ({ bytes }) => bytes,
  )
  await take(true)
  await expect(take(false)).rejects.toThrow('disk')
  expect(await samplesOf(meter)).toEqual({
    'checkpoint_duration_ms{job_name="job"}': 40,
    'checkpoint_size_bytes{job_name="job"}': 1024,
    'checkpoint_failures_total{job_name="job"}': 1,
    'checkpoint_last_success_timestamp_seconds{job_name="job"}': NOW / 1000,
  })
})
