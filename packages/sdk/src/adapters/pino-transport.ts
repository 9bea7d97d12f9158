import { Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { isMainThread } from 'node:worker_threads'
import { LEVEL, parseLevel } from '../logging/level.ts'
import { type LoggingOptions, openLogging } from '../logging/setup.ts'
import { ForeignLog, firstText, isObject, timeMsOf } from './foreign-log.ts'

/** Where lines go and how they look, as for `setupLogging`; and what pino was told to call its fields. */
export interface PinoTransportOptions extends Omit<LoggingOptions, 'level' | 'levels' | 'source'> {
  /** The record's `logger` where a line has neither `logger` nor `name`; `pino` unless told. */
  readonly logger?: string
  readonly messageKey?: string
  readonly errorKey?: string
  /** Where pino was told to put what is logged beside the message. */
  readonly nestedKey?: string
}

const LINE_CHARS_MAX = 16 * 1024 * 1024

/**
 * pino's lines as this package's record. As a transport, in a thread of its own:
 *
 *   pino({ transport: { target: '@weir/sdk/pino', options: { weir: 'http://127.0.0.1:9347', service: 'orders' } } })
 *
 * or in this thread: `pino({}, weirTransport({ … }))`.
 */
export function weirTransport(options: PinoTransportOptions = {}): Writable {
  const thread = isMainThread ? {} : { threadId: 0, threadName: 'main' } // where pino itself runs
  const log = new ForeignLog(openLogging({ ...thread, ...options, announce: false }))
  const decoder = new StringDecoder('utf8')
  let rest = ''
  const take = (text: string): void => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LINE_CHARS_MAX) {
      lines.push(rest)
      rest = ''
    }
    for (const line of lines) if (line !== '') writePinoLine(log, line, options)
  }
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      take(decoder.write(chunk))
      done()
    },
    final(done) {
      take(`${decoder.end()}\n`)
      const end = async (): Promise<void> => {
        await log.close()
        done()
      }
      void end()
    },
  })
}

function writePinoLine(log: ForeignLog, line: string, options: PinoTransportOptions): void {
  const { logger = 'pino', messageKey = 'msg', errorKey = 'err', nestedKey = 'context' } = options
  let record: unknown
  try {
    record = JSON.parse(line)
  } catch {
    // Somebody wrote into the same stream: kept as text.
  }
  if (!isObject(record)) {
    const plain = { timeMs: undefined, level: LEVEL.INFO, context: {}, error: undefined }
    log.write({ ...plain, logger, message: line })
    return
  }
  const { time, level, pid: _, hostname: __, [nestedKey]: nested, ...fields } = record
  const named = firstText(fields, ['logger', 'name'])
  const { [messageKey]: message, [errorKey]: error, logger: own, name, ...context } = fields
  log.write({
    timeMs: timeMsOf(time),
    level: levelOfPino(level),
    logger: named ?? logger,
    message: message ?? '',
    context: {
      // The one of both that did not name the logger is a field like others.
      ...(named === own ? {} : { logger: own }),
      ...(named === name || name === undefined ? {} : { name }),
      ...context,
      ...(isObject(nested) ? nested : nested === undefined ? {} : { [nestedKey]: nested }),
    },
    error,
  })
}

/** pino counts in tens from `trace` to `fatal`; a level between two is the milder one. */
export function levelOfPino(level: unknown): number {
  if (typeof level !== 'number') return parseLevel(level) ?? LEVEL.INFO
  if (level < 20) return LEVEL.TRACE
  if (level < 30) return LEVEL.DEBUG
  if (level < 40) return LEVEL.INFO
  if (level < 50) return LEVEL.WARNING
  return level < 60 ? LEVEL.ERROR : LEVEL.CRITICAL
}
