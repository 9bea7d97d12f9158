import { WeirError } from '@weir/model'
import { redactText } from '../config/redact-text.ts'

/** What an engine answered that did not answer. */
export interface Refused {
  readonly status: number
  readonly text: string
}

/** So much of what an engine says is told on. */
const WORDS_MAX = 2_000

interface Said {
  readonly errorType: string
  readonly words: string
}

/** An error of Prometheus's API; undefined for a page of something in between. */
function saidBy(text: string): Said | undefined {
  try {
    const { errorType, error } = JSON.parse(text) as { errorType?: unknown; error?: unknown }
    if (typeof error !== 'string') return undefined
    const type = typeof errorType === 'string' ? errorType : ''
    return { errorType: type, words: redactText(error).slice(0, WORDS_MAX) }
  } catch {
    return undefined
  }
}

/**
 * Whether trying again may help: a proxy that finds nobody behind it, an engine that starts, or one of whose
 * parts is away. An answer in the words of the API is meant: only its 503 for want of parts is tried again.
 */
export function isPassing({ status, text }: Refused): boolean {
  if (status === 502 || status === 504) return true
  return status === 503 && saidBy(text)?.errorType !== 'timeout'
}

/** Whether it was the engine that answered, not something in front of it. */
export function isItself({ text }: Refused): boolean {
  return saidBy(text) !== undefined
}

/** An engine's no in Weir's words, with those of the engine in it. */
export function refusal({ status, text }: Refused): WeirError {
  const said = saidBy(text)
  const words = said?.words ?? redactText(text).trim().slice(0, 200)
  if (status === 401 || status === 403) {
    return new WeirError(
      'ENGINE_FORBIDDEN',
      `Cannot ask the engine: it answers ${status}${words === '' ? '' : `, ${words}`}; look at the credentials and headers of storage.metrics`,
    )
  }
  if (status === 429 || status === 502 || status === 504) return busy(status, words)
  if (said === undefined) {
    return new WeirError(
      'ENGINE_ANSWER',
      `Cannot read the answer of the engine: it answers ${status}${words === '' ? '' : `, ${JSON.stringify(words)}`}; look at storage.metrics.read_url`,
    )
  }
  if (said.errorType === 'timeout') return new WeirError('QUERY_TIMEOUT', words)
  if (status === 503) return busy(status, words)
  if (status === 400) {
    const isQuery = /parse error|invalid parameter "(query|match\[\])"/.test(words)
    return new WeirError(isQuery ? 'QUERY_PARSE' : 'HTTP_PARAMETER', words)
  }
  if (status === 422) return new WeirError('QUERY_EXECUTION', words)
  return new WeirError('ENGINE_FAILED', `The engine failed: it answers ${status}, ${words}`)
}

function busy(status: number, words: string): WeirError {
  const said = words === '' ? '' : `, ${words}`
  return new WeirError('ENGINE_BUSY', `The engine cannot answer now: it answers ${status}${said}`)
}
