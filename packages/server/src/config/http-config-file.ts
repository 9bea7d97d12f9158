import { readFileSync } from 'node:fs'
import { type HttpClientConfig, httpClientBeside, httpClientConfig } from '@weir/fetch'
import { beside } from './files.ts'
import { readYaml } from './yaml-file.ts'

/**
 * A file that says how to ask a server, as `--http.config.file` of promtool and amtool has it: the keys of Prometheus's
 * HTTP clients, files relative to its own.
 *
 * @throws {WeirError} `CONFIG_INVALID`; an error of the file system where it cannot be read
 */
export function readHttpConfig(file: string): HttpClientConfig {
  const source = { file, text: readFileSync(file, 'utf8'), code: 'CONFIG_INVALID' } as const
  return httpClientBeside(readYaml(source, httpClientConfig), (path) => beside(file, path))
}
