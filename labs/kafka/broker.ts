/** A Kafka broker of the lab's own: one node in KRaft mode, on free loopback ports. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, openSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const START_MS_MAX = 180_000

/** Any 16 bytes in base64. */
const CLUSTER_ID = 'MkU3OEVBNTcwNTJENDM2Qk'

/** Starts the broker in `work`; resolves with its address when it takes connections. */
export async function startBroker(jars: string, work: string): Promise<string> {
  const folder = join(work, 'kafka')
  mkdirSync(folder)
  const [port, controllerPort] = [await freePort(), await freePort()]
  const address = `127.0.0.1:${port}`
  const config = join(folder, 'server.properties')
  writeFileSync(config, propertiesOf({ address, controllerPort, folder }))
  const java = ['-Xmx512m', '-cp', `${jars}/*`]
  execFileSync(
    'java',
    [...java, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', config],
    { stdio: 'ignore' },
  )
  const log = openSync(join(folder, 'broker.log'), 'w')
  const child = spawn('java', [...java, 'kafka.Kafka', config], { stdio: ['ignore', log, log] })
  process.once('exit', () => child.kill('SIGKILL'))
  const end = performance.now() + START_MS_MAX
  while (!(await answers(port))) {
    if (child.exitCode !== null)
      throw new Error(`Cannot start Kafka: it ended with ${child.exitCode}`)
    if (performance.now() > end) throw new Error('Cannot start Kafka: no connection within 3 min')
    await sleep(250)
  }
  return address
}

function propertiesOf(of: { address: string; controllerPort: number; folder: string }): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${of.controllerPort}
listeners=PLAINTEXT://${of.address},CONTROLLER://127.0.0.1:${of.controllerPort}
advertised.listeners=PLAINTEXT://${of.address}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=${join(of.folder, 'data')}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
`
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
