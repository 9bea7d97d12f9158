// What an application does with influx: PORT
const { FieldType, InfluxDB } = require('influx')

async function main() {
  const influx = new InfluxDB({
    host: '127.0.0.1',
    port: Number(process.argv[2]),
    database: 'js1',
    schema: [
      {
        measurement: 'js1_jobs',
        fields: {
          done: FieldType.INTEGER,
          took: FieldType.FLOAT,
          ok: FieldType.BOOLEAN,
          text: FieldType.STRING,
        },
        tags: ['host'],
      },
    ],
  })
  const hosts = await influx.ping(5000)
  await influx.createDatabase('js1')
  const names = await influx.getDatabaseNames()
  await influx.writePoints(
    Array.from({ length: 50 }, (_, i) => ({
      measurement: 'js1_jobs',
      tags: { host: `h=${i}` },
      fields: { done: i, took: i / 7, ok: true, text: 'a "b", c' },
    })),
  )
  process.stdout.write(JSON.stringify({ online: hosts.map(({ online }) => online), names }))
}

main().catch((error) => {
  process.stderr.write(String(error))
  process.exitCode = 1
})
