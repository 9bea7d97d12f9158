import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { type HttpClientConfig, httpClientConfig } from '@weir/fetch'
import { WeirError } from '@weir/model'
import { parse } from 'yaml'
import { z } from 'zod'
import { hostPort } from '../host-port.ts'
import { type KubernetesSdConfig, httpPart } from './config.ts'

/** Where the API server is, and how it is spoken to. */
export interface Access {
  readonly server: string
  readonly http: HttpClientConfig
  /** The namespace in which Weir runs; '' when it is not asked for. */
  readonly ownNamespace: string
}

/** What the process finds around it; a test puts its own in the place. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where a pod finds the account it runs as. */
  readonly accountFolder: string
}

export const SURROUNDINGS: Surroundings = {
  environment: process.env,
  accountFolder: '/var/run/secrets/kubernetes.io/serviceaccount',
}

/**
 * The way to the cluster that a configuration means: the address that it gives, what its kubeconfig file says, or
 * the cluster in which Weir runs.
 *
 * @throws {WeirError} `DISCOVERY_FAILED`
 */
export async function accessOf(
  config: KubernetesSdConfig,
  surroundings: Surroundings,
): Promise<Access> {
  const http = httpClientConfig.parse(httpPart(config))
  if (config.api_server !== undefined) {
    return { server: config.api_server, http, ownNamespace: '' }
  }
  if (config.kubeconfig_file !== '') return fromKubeconfig(config.kubeconfig_file)
  return fromCluster(config, surroundings)
}

async function fromCluster(
  config: KubernetesSdConfig,
  { environment, accountFolder }: Surroundings,
): Promise<Access> {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '' } = environment
  if (host === '' || port === '') {
    throw fault(
      'Weir does not run in a cluster (KUBERNETES_SERVICE_HOST is not set); name api_server or kubeconfig_file',
    )
  }
  const http = httpClientConfig.parse({
    bearer_token_file: join(accountFolder, 'token'),
    tls_config: { ca_file: join(accountFolder, 'ca.crt') },
  })
  const ownNamespace = config.namespaces.own_namespace
    ? await read(join(accountFolder, 'namespace'))
    : ''
  return { server: `https://${hostPort(host, port)}`, http, ownNamespace: ownNamespace.trim() }
}

const optional = z.string().default('')

const context = z.object({ cluster: optional, user: optional })

const cluster = z.object({
  server: optional,
  'certificate-authority': optional,
  'certificate-authority-data': optional,
  'insecure-skip-tls-verify': z.boolean().default(false),
  'tls-server-name': optional,
  'proxy-url': optional,
})

const user = z.object({
  token: optional,
  tokenFile: optional,
  username: optional,
  password: optional,
  'client-certificate': optional,
  'client-certificate-data': optional,
  'client-key': optional,
  'client-key-data': optional,
  exec: z.unknown().optional(),
  'auth-provider': z.unknown().optional(),
})

/** A kubeconfig file, as far as it is understood. */
const kubeconfig = z.object({
  'current-context': optional,
  contexts: z.array(z.object({ name: z.string(), context })).default([]),
  clusters: z.array(z.object({ name: z.string(), cluster })).default([]),
  users: z.array(z.object({ name: z.string(), user })).default([]),
})

type Kubeconfig = z.output<typeof kubeconfig>

async function fromKubeconfig(file: string): Promise<Access> {
  const given = readKubeconfig(file, await read(file))
  const current = given['current-context']
  const chosen = given.contexts.find(({ name }) => name === current)?.context
  if (chosen === undefined) {
    throw fault(`"${file}" has no context "${current}", which current-context names`)
  }
  const there = given.clusters.find(({ name }) => name === chosen.cluster)?.cluster
  if (there === undefined) throw fault(`"${file}" has no cluster "${chosen.cluster}"`)
  const as = given.users.find(({ name }) => name === chosen.user)?.user
  if (as?.exec !== undefined || as?.['auth-provider'] !== undefined) {
    throw fault(
      `user "${chosen.user}" of "${file}" logs in by a command, which Weir does not run; give it a token or a certificate of its own`,
    )
  }
  const http = httpClientConfig.safeParse(httpOf(file, there, as))
  if (http.success) return { server: there.server, http: http.data, ownNamespace: '' }
  throw fault(`"${file}" cannot be used: ${http.error.issues[0]!.message}`)
}

function readKubeconfig(file: string, text: string): Kubeconfig {
  try {
    return kubeconfig.parse(parse(text))
  } catch (error) {
    const why = error instanceof z.ZodError ? error.issues[0]!.message : (error as Error).message
    throw fault(`"${file}" is no kubeconfig: ${why}`)
  }
}

type Cluster = z.output<typeof cluster>
type User = z.output<typeof user>

function httpOf(file: string, there: Cluster, as: User | undefined): object {
  // File names in a kubeconfig are relative to it.
  const path = (given: string): string => (isAbsolute(given) ? given : join(dirname(file), given))
  const material = (key: string, data = '', named = ''): object => {
    if (data !== '') return { [key]: Buffer.from(data, 'base64').toString() }
    return named === '' ? {} : { [`${key}_file`]: path(named) }
  }
  const { 'tls-server-name': name, 'proxy-url': proxy } = there
  return {
    tls_config: {
      ...material('ca', there['certificate-authority-data'], there['certificate-authority']),
      ...material('cert', as?.['client-certificate-data'], as?.['client-certificate']),
      ...material('key', as?.['client-key-data'], as?.['client-key']),
      insecure_skip_verify: there['insecure-skip-tls-verify'],
      ...(name === '' ? {} : { server_name: name }),
    },
    ...(proxy === '' ? {} : { proxy_url: proxy }),
    ...(as === undefined ? {} : loginOf(as, path)),
  }
}

function loginOf(as: User, path: (given: string) => string): object {
  const { tokenFile, token, username, password } = as
  if (tokenFile !== '') return { bearer_token_file: path(tokenFile) }
  if (token !== '') return { bearer_token: token }
  return username === '' ? {} : { basic_auth: { username, password } }
}

function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: Error) => {
    throw fault(error.message)
  })
}

function fault(why: string): WeirError {
  return new WeirError('DISCOVERY_FAILED', `Cannot reach Kubernetes: ${why}`)
}
