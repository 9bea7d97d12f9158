import { checkHttpClient, httpClientShape } from '@weir/fetch'
import { z } from 'zod'
import { duration } from '../../config/quantity.ts'

const text = z.string().default('')

/** An entry of `consul_sd_configs`. */
export const consulSdConfig = z
  .strictObject({
    server: z
      .string()
      .trim()
      .min(1, 'want host:port of a Consul agent')
      .default('localhost:8500')
      .describe('A Consul agent.'),
    path_prefix: text.describe('A path before those of the API, for gateways.'),
    scheme: z.enum(['http', 'https']).default('http').describe('How the agent is reached.'),
    token: text.describe('A token of Consul; secret.'),
    username: text.describe('Short for `basic_auth.username`.'),
    password: text.describe('Short for `basic_auth.password`; secret.'),
    datacenter: text.describe("Where to look; the agent's own datacenter unless told."),
    namespace: text.describe('A namespace of Consul Enterprise.'),
    partition: text.describe('An admin partition of Consul Enterprise.'),
    services: z.array(z.string()).default([]).describe('Services by name; all unless told.'),
    tags: z.array(z.string()).default([]).describe('Tags that an instance must have, all of them.'),
    node_meta: z
      .record(z.string(), z.string())
      .default({})
      .describe('Metadata that a node must have.'),
    filter: text.describe('A filter expression of Consul, over the list of services.'),
    tag_separator: z.string().default(',').describe('Stands between tags, before and after them.'),
    allow_stale: z
      .boolean()
      .default(true)
      .describe('Whether any server may answer, not just the leader.'),
    refresh_interval: duration
      .prefault('30s')
      .refine((ms) => ms > 0, { message: 'want more than 0' })
      .describe('The shortest pause between two looks; changes wait for it.'),
    ...httpClientShape,
  })
  .superRefine((config, context) => {
    checkHttpClient(config, context)
    const complain = (key: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [key], message })
    }
    const { username, password, token, basic_auth: basic, authorization, oauth2 } = config
    if ((username !== '' || password !== '') && basic !== undefined) {
      complain('username', 'want at most one of username and basic_auth')
    }
    if (token !== '' && (authorization !== undefined || oauth2 !== undefined)) {
      complain('token', 'want at most one of token, authorization and oauth2')
    }
  })

export type ConsulSdConfig = z.output<typeof consulSdConfig>
