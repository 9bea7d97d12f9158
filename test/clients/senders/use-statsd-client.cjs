// What an application does with statsd-client: PORT
const StatsdClient = require('statsd-client')

const [port] = process.argv.slice(2)
const client = new StatsdClient({
  host: '127.0.0.1',
  port: Number(port),
  prefix: 'plain',
})

for (let i = 0; i < 100; i++) client.increment('orders', 3)
client.decrement('stock', 1)
client.gauge('depth', 40)
client.gaugeDelta('depth', -7)
client.gaugeDelta('depth', 2)
client.timing('request', 125)
client.histogram('size', 9)
client.set('users', 'ann')
client.set('users', 'bob')
setTimeout(() => client.close(), 200)
