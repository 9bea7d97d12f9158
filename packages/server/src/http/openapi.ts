import type { Demand } from '../access/scope.ts'
import { type Parameter, type Route, demandOf } from './route.ts'

/**
 * The routes as an OpenAPI 3.1 document: paths, parameters and what each is for. Answers are named,
 * not spelled out; their shapes are those of the Prometheus API and of docs/http-api.md.
 */
export function openApi(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}').replace('*', '{file}')
    const methods = (paths[path] ??= {})
    for (const method of route.methods) methods[method.toLowerCase()] = operation(route, method)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Weir', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    components: { securitySchemes: SCHEMES },
    paths,
  }
}

function operation(route: Route, method: string): object {
  const inForm = route.parameters.filter((parameter) => parameter.in === 'query')
  const form = method === 'POST' && inForm.length > 0
  return {
    summary: route.summary,
    security: securityOf(demandOf(route, method)),
    parameters: (form
      ? route.parameters.filter(({ in: where }) => where === 'path')
      : route.parameters
    ).map(parameterObject),
    ...(form ? { requestBody: formBody(inForm) } : {}),
    responses: {
      '200': { description: 'The answer' },
      default: {
        description: 'What is wrong, and its kind',
        content: { 'application/json': { schema: ERROR } },
      },
    },
  }
}

/** How callers say who they are; each may stand for any scope. */
const SCHEMES = {
  token: { type: 'http', scheme: 'bearer', description: 'An API token; docs/access.md' },
  password: { type: 'http', scheme: 'basic', description: 'A user, or a token as password' },
} as const

/** Nothing of an open path; of the others either way, with the scope. */
function securityOf(wanted: Demand): object[] {
  if (wanted === 'open' || wanted === 'peer') return []
  return [{ token: [wanted] }, { password: [wanted] }]
}

const ERROR = {
  type: 'object',
  required: ['status', 'errorType', 'error'],
  properties: {
    status: { const: 'error' },
    errorType: { type: 'string' },
    error: { type: 'string' },
  },
} as const

function parameterObject({ name, in: where, required, repeated, about }: Parameter): object {
  return {
    name: name === '*' ? 'file' : name,
    in: where,
    required,
    description: about,
    schema: schemaOf(repeated),
  }
}

function formBody(parameters: readonly Parameter[]): object {
  const properties = Object.fromEntries(
    parameters.map(({ name, repeated, about }) => [
      name,
      { ...schemaOf(repeated), description: about },
    ]),
  )
  const required = parameters.filter((parameter) => parameter.required).map(({ name }) => name)
  const schema = { type: 'object', properties, required }
  return { content: { 'application/x-www-form-urlencoded': { schema } } }
}

function schemaOf(repeated: boolean): object {
  return repeated ? { type: 'array', items: { type: 'string' } } : { type: 'string' }
}
