import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkLogs } from '@weir/logs'
import { WeirError, systemClock } from '@weir/model'
import { checkData } from '@weir/tsdb'
import { redactYaml } from '../config/redact.ts'
import { parseDocument } from 'yaml'
import { secretsOf } from '../config/secrets-of.ts'
import { type BundleFile, packBundle } from './bundle.ts'
import { asJson, machineFiles } from './machine.ts'

/**
 * A bundle of a Weir that does not run, and perhaps cannot: its data directory, checked, and its
 * configuration.
 */
export async function bundleOfDirectory(
  dataDir: string,
  configFile: string | undefined,
): Promise<Uint8Array> {
  const text = configFile === undefined ? '' : readFileSync(configFile, 'utf8')
  const files = [
    ...machineFiles(dataDir),
    { name: 'check.json', about: 'what weir check data says', text: checked(dataDir) },
    ...(configFile === undefined
      ? []
      : [{ name: 'config.yml', about: 'the configuration', text: redactYaml(text) }]),
  ] satisfies BundleFile[]
  const document = parseDocument(text)
  const config: unknown = document.errors.length > 0 ? {} : document.toJS({ maxAliasCount: 100 })
  return packBundle(files, secretsOf(config), systemClock.now())
}

function checked(dataDir: string): string {
  try {
    return asJson({ data: checkData(dataDir), logs: checkLogs(join(dataDir, 'logs')) })
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    return asJson({ error: error.message })
  }
}
