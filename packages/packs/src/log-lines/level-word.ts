import { type Severity, SEVERITY_OF } from '@weir/model'

/** Levels as Python, log4j, zap and logrus (which cuts them to four letters) call them. */
const WORDS: Readonly<Record<string, Severity>> = {
  EVENT: SEVERITY_OF.trace, // rudder-server's lowest
  TRACE: SEVERITY_OF.trace,
  TRAC: SEVERITY_OF.trace,
  DEBUG: SEVERITY_OF.debug,
  DEBU: SEVERITY_OF.debug,
  INFO: SEVERITY_OF.info,
  WARN: SEVERITY_OF.warn,
  WARNING: SEVERITY_OF.warn,
  ERROR: SEVERITY_OF.error,
  ERRO: SEVERITY_OF.error,
  CRITICAL: SEVERITY_OF.critical,
  PANIC: SEVERITY_OF.critical + 1,
  PANI: SEVERITY_OF.critical + 1,
  FATAL: SEVERITY_OF.fatal,
  FATA: SEVERITY_OF.fatal,
}

/** The severity that a word in whatever letters stands for; undefined: it is no level. */
export function severityOf(word: string): Severity | undefined {
  return WORDS[word.toUpperCase()]
}

/** The same as part of an answer. */
export function levelTold(word: string): { readonly severity?: Severity } {
  const severity = severityOf(word)
  return severity === undefined ? {} : { severity }
}
