import { httpClientShape } from '@weir/fetch'
import { z } from 'zod'
import { duration } from '../../config/quantity.ts'
import { SCOPES } from '../scope.ts'

const scopes = z.array(z.enum(SCOPES, { error: `want ${SCOPES.join(', ')}` }))

const LOOPBACK = /^(127(\.\d+){3}|localhost|\[::1\])$/

/** Of Entra ID: whoever has an account at Microsoft. */
const ANY_TENANT = /^https:\/\/login\.microsoftonline\.com\/(common|organizations|consumers)(\/|$)/i

/** Tokens and the secret go to the provider, so nobody may listen in, but on this machine. */
function isIssuer(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || url.username !== '' || url.search !== '' || url.hash !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))
}

/** `auth.oidc` in weir.yml: people log in on the page with an account that they have already. */
export const oidcConfig = z
  .strictObject({
    issuer: z
      .string()
      .refine((text) => !ANY_TENANT.test(text), {
        message:
          'want the address with the id of your tenant: this one lets people of all tenants in',
      })
      .refine(isIssuer, { message: 'want the https address of the provider, without parameters' })
      .describe('The provider; `/.well-known/openid-configuration` is below it.'),
    name: z
      .string()
      .min(1)
      .max(60)
      .optional()
      .describe('What the button says: Continue with …; the host of the issuer unless told.'),
    client_id: z.string().min(1).describe('What Weir is called at the provider.'),
    client_secret: z.string().min(1).optional().describe('Its secret there.'),
    client_secret_file: z
      .string()
      .optional()
      .describe('A file with it, read at each login. Without a secret Weir is a public client.'),
    scopes: z
      .array(z.string().min(1))
      .default(['openid', 'profile', 'email'])
      .refine((list) => list.includes('openid'), { message: 'want openid among them' })
      .describe('What the provider is asked for; some want `groups` to tell of groups.'),
    name_claim: z
      .string()
      .min(1)
      .default('preferred_username')
      .describe(
        'The claim that is shown and recorded as who did something; else `email`, else `sub`.',
      ),
    groups_claim: z
      .string()
      .min(1)
      .default('groups')
      .describe(
        'The claim with the groups; a path with dots leads into objects, as `realm_access.roles`.',
      ),
    groups: z
      .record(z.string(), scopes)
      .default({})
      .describe('What members of a group may do, by group: `read`, `write`, `admin`, `ingest`.'),
    everyone: scopes
      .default([])
      .describe('What everybody may do who can log in at the provider, in groups or not.'),
    allowed_domains: z
      .array(z.string().min(1).toLowerCase())
      .default([])
      .describe(
        'Only people with a verified e-mail address of these domains (or of this Google Workspace, `hd`); empty for all.',
      ),
    recheck: duration
      .prefault('12h')
      .refine((ms) => ms >= 60_000, { message: 'want at least 1m' })
      .describe(
        'A login counts so long, then the provider is asked anew: whoever left, or changed groups, is noticed then.',
      ),
    clock_skew: duration
      .prefault('30s')
      .refine((ms) => ms <= 600_000, { message: 'want at most 10m' })
      .describe("How far the provider's clock may be off."),
    timeout: duration
      .prefault('10s')
      .refine((ms) => ms >= 1000 && ms <= 60_000, { message: 'want 1s to 1m' })
      .describe('How long the provider may take for an answer.'),
    logout: z
      .boolean()
      .default(false)
      .describe('Whether logging out of Weir logs out at the provider too, where it can.'),
    tls_config: httpClientShape.tls_config,
    proxy_url: httpClientShape.proxy_url,
    no_proxy: httpClientShape.no_proxy,
    proxy_from_environment: httpClientShape.proxy_from_environment,
  })
  .superRefine((oidc, context) => {
    if (oidc.client_secret !== undefined && oidc.client_secret_file !== undefined) {
      const message = 'want at most one of client_secret and client_secret_file'
      context.addIssue({ code: 'custom', path: ['client_secret'], message })
    }
    const givesSomething = [oidc.everyone, ...Object.values(oidc.groups)].some(
      (given) => given.length > 0,
    )
    if (givesSomething) return
    const message = 'want groups, or everyone: nobody could do anything'
    context.addIssue({ code: 'custom', path: ['groups'], message })
  })

export type OidcConfig = z.output<typeof oidcConfig>

/** The section with its file names made whole. */
export function oidcBeside(oidc: OidcConfig, beside: (path: string) => string): OidcConfig {
  const { client_secret_file: file, tls_config: tls } = oidc
  return {
    ...oidc,
    ...(file === undefined ? {} : { client_secret_file: beside(file) }),
    ...(tls === undefined
      ? {}
      : {
          tls_config: {
            ...tls,
            ...(tls.ca_file === undefined ? {} : { ca_file: beside(tls.ca_file) }),
            ...(tls.cert_file === undefined ? {} : { cert_file: beside(tls.cert_file) }),
            ...(tls.key_file === undefined ? {} : { key_file: beside(tls.key_file) }),
          },
        }),
  }
}
