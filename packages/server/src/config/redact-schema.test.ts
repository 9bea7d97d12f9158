import { alertmanagerSchema } from '@weir/alerting'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { z } from 'zod'
import { webConfigFile } from '../access/web-config/schema.ts'
import { withSecretsOfEnvironment } from './env-secrets.ts'
import { configSchema } from './json-schema.ts'
import { redactAlertmanager, redactYaml } from './redact.ts'
import { secretsOf } from './secrets-of.ts'
import { type Step, holding, named, secretPaths } from './testing/secret-paths.ts'

const ofWeir = named(secretPaths(configSchema()))
const ofRoutes = named(secretPaths(alertmanagerSchema()))
const ofWeb = named(
  secretPaths(z.toJSONSchema(webConfigFile, { unrepresentable: 'any', io: 'input' }) as object),
)

test('the schemas know of secrets', () => {
  expect(ofWeir.length).toBeGreaterThan(40)
  const names = ofWeir.map(([name]) => name)
  expect(names).toContain('notifications.peer_secret')
  expect(names).toContain('scrape_configs.0.basic_auth.password')
  expect(names).toContain('remote_write.0.headers.X-Any')
  const routes = ofRoutes.map(([name]) => name)
  expect(routes).toContain('global.smtp_auth_password')
  expect(routes).toContain('receivers.0.webhook_configs.0.url')
  expect(routes).toContain('receivers.0.telegram_configs.0.bot_token')
  expect(ofWeb.map(([name]) => name)).toEqual(['tls_server_config.key'])
})

test.each(ofWeir)('%s is not shown', (_name, path) => {
  const shown = redactYaml(stringify(holding(path, 'S3CRET')))
  expect(shown).not.toContain('S3CRET')
  expect(shown).toContain('<secret>')
})

test('no secret of an alertmanager.yml is shown, in a file of its own and in weir.yml', () => {
  for (const [name, path] of ofRoutes) {
    const shown = redactAlertmanager(stringify(holding(path, 'S3CRET')))
    const within = redactYaml(stringify(holding(['alertmanager', ...path], 'S3CRET')))
    expect(shown + within, name).not.toContain('S3CRET')
    expect(within, name).toContain('<secret>')
  }
})

/** What becomes of a document whose one value is taken from the environment. */
function taken(path: readonly Step[]): string {
  const text = stringify(holding(path, '${env:THE_SECRET}'))
  return withSecretsOfEnvironment(
    { file: 'weir.yml', text, code: 'CONFIG_INVALID' },
    { THE_SECRET: 'S3CRET: "{}' },
  )
}

test('every secret of weir.yml, of a web configuration and of an alertmanager.yml may be in the environment', () => {
  for (const [name, path] of [...ofWeir, ...ofRoutes, ...ofWeb]) {
    const text = taken(path)
    expect(text, name).toBe(
      stringify(holding(path, 'PLACE')).replace('PLACE', JSON.stringify('S3CRET: "{}')),
    )
    expect(redactYaml(text), name).not.toContain('S3CRET')
    expect(secretsOf({}, text), name).toContain('S3CRET: "{}')
  }
})
