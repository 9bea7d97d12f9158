import { WeirError } from '@weir/model'
import type { Alerting, AlertingOptions } from './options.ts'

/**
 * Starts rules and notifications.
 *
 * @throws {WeirError} `RULES_INVALID`, `ALERTMANAGER_CONFIG_INVALID`
 */
export async function startAlerting(options: AlertingOptions): Promise<Alerting> {
  throw new WeirError('BUG', `alerting at ${options.externalUrl} is not built yet`)
}
