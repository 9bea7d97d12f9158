// What an application does with hot-shots: PROTOCOL PORT [telegraf]
const { StatsD } = require('hot-shots')

const [protocol, port, dialect] = process.argv.slice(2)
const failed = []
const client = new StatsD({
  protocol,
  host: '127.0.0.1',
  port: Number(port),
  prefix: `shots_${protocol}.`,
  telegraf: dialect === 'telegraf',
  globalTags: { env: 'test' },
  maxBufferSize: 1000,
  bufferFlushInterval: 20,
  errorHandler: (error) => failed.push(error.message),
})

for (let i = 0; i < 250; i++)
  client.increment('orders', 2, { region: dialect === 'telegraf' ? 'eu=west' : 'eu-west:1' })
client.increment('sampled', 1, 1)
client.decrement('stock', 3)
client.gauge('depth', 42, { queue: 'a b' })
client.gauge('depth', 17, { queue: 'other' })
client.timing('request', 250)
client.histogram('size', 12.5)
if (dialect !== 'telegraf') client.distribution('spread', 7)
for (const user of ['ann', 'bob', 'ann']) client.set('users', user)
if (dialect !== 'telegraf') {
  client.event('deployed', 'version 7 | all nodes', { alert_type: 'success' })
  client.check('database', client.CHECKS.WARNING, { message: 'slow' })
}
client.close(() => {
  if (failed.length > 0) throw new Error(failed.join('; '))
})
