/** Keycloak in its mode for development, with a realm that is read in at the start. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CLIENT_ID,
  CLIENT_SECRET,
  type Kind,
  PASSWORD,
  startProgram,
  stopProgram,
} from './provider.ts'

const folder = process.env['WEIR_LAB_KEYCLOAK'] ?? ''
const program = join(folder, 'bin/kc.sh')

export const keycloak: Kind = {
  name: 'keycloak',
  missing: () => (existsSync(program) ? undefined : program),
  issuer: (port) => `http://127.0.0.1:${port}/realms/weir`,
  config: `
    logout: true`,
  async start({ port, weir }) {
    const base = `http://127.0.0.1:${port}`
    mkdirSync(join(folder, 'data/import'), { recursive: true })
    writeFileSync(join(folder, 'data/import/weir.json'), JSON.stringify(realm(weir)))
    const child = await startProgram(
      program,
      [
        'start-dev',
        '--db=dev-mem',
        '--http-host=127.0.0.1',
        `--http-port=${port}`,
        '--import-realm',
      ],
      {
        env: { KC_BOOTSTRAP_ADMIN_USERNAME: 'admin', KC_BOOTSTRAP_ADMIN_PASSWORD: PASSWORD },
        url: `${this.issuer(port)}/.well-known/openid-configuration`,
      },
    )
    /** Asks its API as its administrator. */
    const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
      const form = { client_id: 'admin-cli', grant_type: 'password', username: 'admin' }
      const login = await fetch(`${base}/realms/master/protocol/openid-connect/token`, {
        method: 'POST',
        body: new URLSearchParams({ ...form, password: PASSWORD }),
      })
      const { access_token: token } = (await login.json()) as { readonly access_token: string }
      const answer = await fetch(`${base}/admin/realms/weir${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      if (!answer.ok) throw new Error(`Keycloak says ${answer.status} to ${method} ${path}`)
      const text = await answer.text()
      return text === '' ? undefined : JSON.parse(text)
    }
    const idOf = async (path: string): Promise<string> =>
      ((await ask('GET', path)) as readonly { readonly id: string }[])[0]?.id ?? ''
    return {
      async logIn(page, name) {
        await page.locator('#username').fill(name)
        await page.locator('#password').fill(PASSWORD)
        await page.locator('#kc-login').click()
      },
      logOut: (page) => page.locator('#kc-logout').click(),
      async demote() {
        const user = await idOf('/users?username=ann&exact=true')
        const group = await idOf('/groups?search=platform')
        await ask('DELETE', `/users/${user}/groups/${group}`)
      },
      async rotate() {
        await ask('POST', '/components', {
          name: 'new',
          providerId: 'rsa-generated',
          providerType: 'org.keycloak.keys.KeyProvider',
          config: { priority: ['1000'], enabled: ['true'], active: ['true'] },
        })
      },
      stop: () => stopProgram(child),
    }
  },
}

/** As docs/login.md tells people to set it up. */
function realm(weir: string): object {
  const user = (username: string, groups: readonly string[]): object => ({
    username,
    groups,
    enabled: true,
    email: `${username}@example.org`,
    emailVerified: true,
    firstName: username,
    lastName: 'Example',
    credentials: [{ type: 'password', value: PASSWORD, temporary: false }],
  })
  return {
    realm: 'weir',
    enabled: true,
    groups: [{ name: 'data-team' }, { name: 'platform' }],
    users: [user('ann', ['/data-team', '/platform']), user('bob', [])],
    clients: [
      {
        clientId: CLIENT_ID,
        secret: CLIENT_SECRET,
        enabled: true,
        protocol: 'openid-connect',
        publicClient: false,
        standardFlowEnabled: true,
        directAccessGrantsEnabled: false,
        redirectUris: [`${weir}/login/oidc/callback`],
        attributes: {
          'pkce.code.challenge.method': 'S256',
          'post.logout.redirect.uris': `${weir}/login`,
        },
        protocolMappers: [
          {
            name: 'groups',
            protocol: 'openid-connect',
            protocolMapper: 'oidc-group-membership-mapper',
            config: {
              'claim.name': 'groups',
              'full.path': 'false',
              'id.token.claim': 'true',
              'userinfo.token.claim': 'true',
            },
          },
        ],
      },
    ],
  }
}
