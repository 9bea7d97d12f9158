import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { httpReceiver, status } from '../testing/http-receiver.ts'
import { keptLogging } from '../testing/lines.ts'
import { getLogger } from './logger.ts'
import { setupLogging } from './setup.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-sdk-setup-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
  vi.unstubAllEnvs()
})

test('the first record says how logging was set up', async () => {
  const logging = keptLogging({ announce: true, level: 'debug' })
  await logging.close()
  expect(logging.kept.records).toMatchObject([
    {
      level: 'INFO',
      message: 'Logging configured',
      context: { log_level: 'DEBUG', json_format: true, log_file: null },
    },
  ])
})

test('a terminal gets lines for people, with colours but for NO_COLOR, and JSON when asked for', async () => {
  vi.stubEnv('TERM', 'xterm')
  vi.stubEnv('NO_COLOR', '')
  const shown = async (jsonFormat?: boolean): Promise<string> => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true })
    const more = jsonFormat === undefined ? {} : { jsonFormat }
    await setupLogging({ console: terminal, ...more }).close()
    return String(terminal.read())
  }
  expect(await shown()).toMatch(/\u001b\[32mINFO {4}\u001b.*json_format=\u001b\[0mfalse/)
  vi.stubEnv('NO_COLOR', '1')
  expect(await shown()).toMatch(/^[\d:.]{12} INFO {5}weir\.sdk\.logging {2}Logging configured /)
  expect(JSON.parse(await shown(true))).toMatchObject({ context: { json_format: true } })
})

test('the environment decides what the caller leaves open', async () => {
  const logFile = join(folder, 'logs/app.log')
  vi.stubEnv('LOG_LEVEL', 'debug')
  vi.stubEnv('LOG_FILE', logFile)
  vi.stubEnv('JSON_FORMAT', 'false')
  vi.stubEnv('WEIR_SERVICE', 'orders')
  const logging = setupLogging({ console: false, announce: false })
  getLogger('a').debug('from the environment')
  await logging.close()
  expect(readFileSync(logFile, 'utf8')).toMatch(/ DEBUG {4}a {2}from the environment\n$/)

  const other = keptLogging({
    level: 'ERROR',
    logFile: join(folder, 'other.log'),
    jsonFormat: true,
  })
  getLogger('a').debug('not written')
  getLogger('a').error('written')
  await other.close()
  expect(other.kept.records).toMatchObject([{ message: 'written', service: 'orders' }])
  expect(readFileSync(join(folder, 'other.log'), 'utf8')).toBe(other.kept.lines[0])
})

test('who writes stands at the top of each record, and cannot be a field of it', async () => {
  const logging = keptLogging({ service: 'orders', pipeline: 'daily', version: '1.2.3' })
  getLogger('a').info('x')
  await logging.close()
  expect(logging.kept.last).toMatchObject({
    service: 'orders',
    pipeline: 'daily',
    version: '1.2.3',
  })
})

test('an unknown level counts as INFO, and is told', async () => {
  const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const logging = keptLogging({ level: 'CHATTY' })
  getLogger('a').debug('not written')
  getLogger('a').info('written')
  await logging.close()
  expect(logging.kept.records).toHaveLength(1)
  expect(String(warning.mock.calls[0]![0])).toContain('CHATTY')
  warning.mockRestore()
})

test('several destinations get the same line', async () => {
  await using weir = await httpReceiver(status(204))
  const stream = new PassThrough()
  const logFile = join(folder, 'app.log')
  const logging = keptLogging({ console: stream, logFile, weir: weir.url })
  getLogger('a').warning('everywhere', { n: 1 })
  await logging.close()
  const [line] = logging.kept.lines
  expect(String(stream.read())).toBe(line)
  expect(readFileSync(logFile, 'utf8')).toBe(line)
  expect(weir.received.map(({ body }) => body)).toEqual([line])
  expect(logging.stats().destinations.map(({ written }) => written)).toEqual([1, 1, 1, 1])
})

const SDK = join(import.meta.dirname, '../../dist/index.js')

/** Runs a program that imports the built package; what it wrote. */
function run(program: string, env: Readonly<Record<string, string>> = {}) {
  const code = `import { getLogger, setupLogging } from ${JSON.stringify(SDK)}\n${program}`
  const args = ['--input-type=module', '--eval', code]
  const { LOG_LEVEL: _, ...rest } = process.env
  return spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...rest, ...env } })
}

test('without a set-up loggers follow the environment', () => {
  const { stdout } = run(`getLogger('a').debug('seen'); getLogger('a').trace('not seen')`, {
    LOG_LEVEL: 'debug',
  })
  expect(stdout.split('\n')).toEqual([expect.stringContaining('"message":"seen"'), ''])
})

test('a program that ends, also at once or by an error, leaves no line behind', () => {
  const path = join(folder, 'end.log')
  const program = `
    setupLogging({ logFile: ${JSON.stringify(path)}, announce: false })
    for (let n = 0; n < 1000; n++) getLogger('a').info('line', { n })
    await new Promise(setImmediate)
    getLogger('a').info('line', { n: 1000 })
    process.exit(3)`
  const { status: code, stdout } = run(program)
  expect(code).toBe(3)
  expect(stdout.trimEnd().split('\n')).toHaveLength(1001)
  expect(readFileSync(path, 'utf8')).toBe(stdout)
  const thrown = run(`getLogger('a').info('last words'); throw new Error('end')`)
  expect(thrown.stdout).toContain('last words')
})

test('a pipe that nobody reads any more does not end the program', () => {
  const program = `
    import { getLogger } from ${JSON.stringify(SDK)}
    for (let n = 0; n < 20; n++) { getLogger('a').info('x'.repeat(30000)); await new Promise(setImmediate) }
    process.stderr.write('still here')`
  const shell = `node --input-type=module --eval "$PROGRAM" | head -c 10 >/dev/null`
  const out = execFileSync('bash', ['-c', `(${shell}) 2>&1`], {
    encoding: 'utf8',
    env: { ...process.env, PROGRAM: program },
  })
  expect(out).toBe('still here')
})
