// What an application does with @influxdata/influxdb-client: URL
const { InfluxDB, Point } = require('@influxdata/influxdb-client')

async function main() {
  const write = new InfluxDB({ url: process.argv[2], token: 'any' }).getWriteApi(
    'org',
    'js2',
    'ms',
    {
      gzipThreshold: 100,
      maxRetries: 0,
    },
  )
  write.useDefaultTags({ app: 'shop, "a"=b' })
  for (let i = 0; i < 300; i++) {
    write.writePoint(
      new Point('js orders')
        .tag('region', `eu ${i}`)
        .intField('placed', i)
        .floatField('value', i / 3)
        .booleanField('paid', i % 2 === 0)
        .stringField('note', 'two\nlines, "quoted" \\ =')
        .uintField('big', i * 1000),
    )
  }
  await write.close()
  const refused = new InfluxDB({ url: process.argv[2], token: 'any' }).getWriteApi(
    'org',
    'js2',
    'ns',
    {
      maxRetries: 0,
      writeFailed: (error) => process.stdout.write(`${error.statusCode} ${error.body}`),
    },
  )
  refused.writeRecord('js_good f=1')
  refused.writeRecord('js_bad f=')
  await refused.close().catch(() => undefined)
}

void main()
