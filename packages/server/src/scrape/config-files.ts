import { httpClientBeside } from '@weir/fetch'
import { discoveryBeside } from '../discovery/config.ts'
import type { ScrapeConfig, ScrapeSettings } from './config.ts'

/** A job with its file names made whole: they are relative to the configuration file. */
export function scrapeConfigBeside(
  job: ScrapeConfig,
  beside: (path: string) => string,
): ScrapeConfig {
  const { scrape_failure_log_file: log } = job
  return {
    ...httpClientBeside(discoveryBeside(job, beside), beside),
    ...(log === undefined || log === '' ? {} : { scrape_failure_log_file: beside(log) }),
  }
}

/** `global` with its file names made whole and its external labels filled in from the environment. */
export function globalBeside(
  global: ScrapeSettings['global'],
  beside: (path: string) => string,
  environment: NodeJS.ProcessEnv,
): ScrapeSettings['global'] {
  const { query_log_file: queries, scrape_failure_log_file: failures = '' } = global
  return {
    ...global,
    query_log_file: queries === '' ? '' : beside(queries),
    scrape_failure_log_file: failures === '' ? '' : beside(failures),
    external_labels: Object.fromEntries(
      Object.entries(global.external_labels)
        .map(([name, value]) => [name, expanded(value, environment)] as const)
        .filter(([, value]) => value !== ''),
    ),
  }
}

/**
 * `$NAME` and `${NAME}` stand for the environment's, nothing when it is not set; `$$` for `$`. Other things after a
 * `$` are as Go's `os.Expand` has them: a lone one is swallowed before what opens no name.
 */
function expanded(text: string, environment: NodeJS.ProcessEnv): string {
  return text.replaceAll(
    /\$(?:\{([^}]*)\}|([*#$@!?0-9-])|([A-Za-z_][A-Za-z0-9_]*))/g,
    (_whole, braced?: string, special?: string, plain?: string) => {
      const name = braced ?? special ?? plain ?? ''
      return name === '$' ? '$' : (environment[name] ?? '')
    },
  )
}
