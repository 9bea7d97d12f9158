import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { type Flags, loadConfig, openDoors } from '../config/load-config.ts'
import { Log } from '../telemetry/log.ts'
import { tellStart } from './tell-start.ts'

const EVERYWHERE = "web: { listen: '0.0.0.0:9347' }\n"
const GRPC = "otlp_receiver: { grpc_listen: ':4317' }\n"
const LOGS =
  "logs: { syslog: { udp_listen: '0.0.0.0:514', tcp_listen: '127.0.0.1:514' }, forward: { listen: '[::]:24224' } }\n"

test.each<[yml: string, access: string, open: readonly string[]]>([
  ['', 'nobody is asked', []],
  [EVERYWHERE, 'nobody is asked', ['web.listen 0.0.0.0:9347']],
  [
    EVERYWHERE + GRPC + LOGS,
    'nobody is asked',
    [
      'web.listen 0.0.0.0:9347',
      'logs.forward.listen [::]:24224',
      'logs.syslog.udp_listen 0.0.0.0:514',
      'otlp_receiver.grpc_listen :4317',
    ],
  ],
  [
    `auth: {}\n${EVERYWHERE}${GRPC}${LOGS}`,
    'by token, password, certificate or login',
    ['logs.forward.listen [::]:24224', 'logs.syslog.udp_listen 0.0.0.0:514'],
  ],
])('the log of a start says what is open: %j', (yml, access, open) => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-start-'))
  const configFile = join(folder, 'weir.yml')
  writeFileSync(configFile, yml)
  const flags: Flags = { configFile, dataDir: folder, rules: [], features: [], insecure: true }
  const setup = loadConfig(flags)
  const lines: string[] = []
  const log = new Log(pino({}, { write: (line: string) => void lines.push(line) }))
  tellStart(log, flags, setup, [])
  const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(told.find(({ msg }) => msg === 'Access')).toMatchObject({ access })
  const warned = told.filter(({ level }) => level === 40)
  expect(warned.map(({ key, address }) => `${String(key)} ${String(address)}`)).toEqual(open)
  expect(warned.every(({ msg }) => String(msg).startsWith('Nobody is asked at'))).toBe(true)
  // Without --insecure it does not start at all.
  const refused = (): unknown => loadConfig({ ...flags, insecure: false })
  if (open.length > 0) expect(refused).toThrow('or say --insecure')
  else expect(refused).not.toThrow()
  expect(openDoors(setup.config)).toHaveLength(open.length)
  rmSync(folder, { recursive: true })
})
