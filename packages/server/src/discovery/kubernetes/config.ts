import { isDeepStrictEqual } from 'node:util'
import { checkHttpClient, httpClientConfig, httpClientShape } from '@weir/fetch'
import { z } from 'zod'

const ROLES = ['node', 'pod', 'service', 'endpoints', 'endpointslice', 'ingress'] as const
export type Role = (typeof ROLES)[number]

/** Which selectors a role takes: of the objects that it looks at. */
const SELECTABLE: Readonly<Record<Role, readonly Role[]>> = {
  node: ['node'],
  pod: ['pod'],
  service: ['service'],
  ingress: ['ingress'],
  endpoints: ['pod', 'service', 'endpoints'],
  endpointslice: ['pod', 'service', 'endpointslice'],
}

/** An entry of `kubernetes_sd_configs`. */
export const kubernetesSdConfig = z
  .strictObject({
    role: z.enum(ROLES).describe('What becomes targets.'),
    api_server: z
      .string()
      .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
        message: 'want an http or https address',
      })
      .optional()
      .describe(
        'Address of the API server; without it and kubeconfig_file, that of the cluster in which Weir runs.',
      ),
    kubeconfig_file: z
      .string()
      .default('')
      .describe('A kubeconfig file that says where and as whom.'),
    namespaces: z
      .strictObject({
        own_namespace: z
          .boolean()
          .default(false)
          .describe('Whether to look in the namespace in which Weir runs.'),
        names: z.array(z.string()).default([]).describe('More namespaces to look in.'),
      })
      .prefault({})
      .describe('Where to look; everywhere unless told.'),
    selectors: z
      .array(
        z.strictObject({
          role: z.enum(ROLES).describe('Objects of this kind.'),
          label: z.string().default('').describe('A label selector of Kubernetes.'),
          field: z.string().default('').describe('A field selector.'),
        }),
      )
      .default([])
      .describe('Which objects count.'),
    attach_metadata: z
      .strictObject({
        node: z
          .boolean()
          .default(false)
          .describe('Whether targets get the labels of the node they run on.'),
      })
      .prefault({})
      .describe('What targets get besides.'),
    ...httpClientShape,
  })
  .superRefine((config, context) => {
    checkHttpClient(config, context)
    const complain = (path: readonly PropertyKey[], message: string): void => {
      context.addIssue({ code: 'custom', path: [...path], message })
    }
    const { api_server: server, kubeconfig_file: file, namespaces } = config
    const isPlainHttp = isDeepStrictEqual(httpPart(config), httpPart(httpClientConfig.parse({})))
    if (server !== undefined && file !== '') {
      complain(['kubeconfig_file'], 'want at most one of api_server and kubeconfig_file')
    }
    if (file !== '' && !isPlainHttp) {
      complain([], 'want no HTTP client keys beside kubeconfig_file, which says them itself')
    }
    if (server === undefined && file === '' && !isPlainHttp) {
      complain(['api_server'], 'want the address of the API server beside HTTP client keys')
    }
    if (namespaces.own_namespace && (server !== undefined || file !== '')) {
      complain(
        ['namespaces', 'own_namespace'],
        'want neither api_server nor kubeconfig_file beside it: only in a cluster there is a namespace of its own',
      )
    }
    config.selectors.forEach(({ role }, i) => {
      if (!SELECTABLE[config.role].includes(role)) {
        const wanted = SELECTABLE[config.role].join(', ')
        complain(['selectors', i, 'role'], `role ${config.role} takes selectors of ${wanted} only`)
      } else if (config.selectors.findIndex((other) => other.role === role) !== i) {
        complain(['selectors', i, 'role'], `want one selector of ${role}`)
      }
    })
  })

export type KubernetesSdConfig = z.output<typeof kubernetesSdConfig>

type HttpPart = z.output<typeof httpClientConfig>

/** Only the keys of the HTTP client. */
export function httpPart(config: HttpPart): Partial<HttpPart> {
  const keys = Object.keys(httpClientShape) as (keyof HttpPart)[]
  return Object.fromEntries(keys.map((key) => [key, config[key]]))
}
