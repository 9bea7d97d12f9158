import { z } from 'zod'
import { duration } from '../config/quantity.ts'
import { oidcBeside, oidcConfig } from './oidc/config.ts'
import { sessionConfig } from './session/config.ts'
import { SCOPES } from './scope.ts'

const scope = z.enum(SCOPES, { error: `want ${SCOPES.join(', ')}` })

const slowdown = z.strictObject({
  after: z
    .int()
    .positive()
    .max(1000)
    .default(5)
    .describe('Wrong tokens or passwords of one address that cost no wait.'),
  max_wait: duration
    .prefault('5m')
    .refine((ms) => ms >= 1000, { message: 'want at least 1s' })
    .describe('Longest wait; the first is 1 s, each next one twice as long.'),
  max_addresses: z
    .int()
    .positive()
    .max(1_000_000)
    .default(10_000)
    .describe(
      'Addresses that are remembered; beyond it the one that was quiet longest is forgotten.',
    ),
})

/** `auth` in weir.yml. Where the section is, everybody is asked who he is. */
export const authConfig = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe('Whether everybody is asked who he is; `false` sets the section out of force.'),
  anonymous: z
    .array(scope)
    .default([])
    .describe('What those may do who do not say who they are: `[read]` opens the page to all.'),
  bootstrap_token_file: z
    .string()
    .optional()
    .describe('A file with a secret of 32 characters or more that is a token for everything.'),
  users: z
    .record(z.string(), z.array(scope))
    .default({})
    .describe('What users of the web configuration file may do; those left out may do everything.'),
  certificates: z
    .array(
      z.strictObject({
        name: z
          .string()
          .describe('The common name or an alternative name of a client certificate, exactly.'),
        scopes: z.array(scope).describe('What its holder may do.'),
      }),
    )
    .default([])
    .describe('Whom a client certificate lets in; the first that fits counts.'),
  max_tokens: z
    .int()
    .positive()
    .max(100_000)
    .default(1000)
    .describe('Tokens that may be there; more are refused.'),
  slowdown: slowdown
    .prefault({})
    .describe('What becomes of addresses that send wrong tokens or passwords.'),
  session: sessionConfig.prefault({}).describe('How long people stay logged in on the page.'),
  oidc: oidcConfig
    .optional()
    .describe('People log in on the page with an account of an OpenID provider.'),
})

export type AuthConfig = z.output<typeof authConfig>

/** The section with its file names made whole. */
export function authBeside(
  auth: AuthConfig | undefined,
  beside: (path: string) => string,
): AuthConfig | undefined {
  if (auth === undefined) return undefined
  const { bootstrap_token_file: file, oidc } = auth
  return {
    ...auth,
    ...(file === undefined ? {} : { bootstrap_token_file: beside(file) }),
    ...(oidc === undefined ? {} : { oidc: oidcBeside(oidc, beside) }),
  }
}
