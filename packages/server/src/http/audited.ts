import { WeirError } from '@weir/model'
import type { Change } from '../audit/entry.ts'
import type { Identity } from '../access/identity.ts'
import type { HttpDeps } from './deps.ts'
import { CODE_HEADER, asWeirError } from './errors.ts'
import { type Answer, type Call, type Remark, type Route, demandOf } from './route.ts'

/**
 * Carries a call out and writes down what came of it, where it changes anything. Whatever asks for `write` or
 * `admin` and does not only read is a change, unless its route says otherwise: a new route cannot forget.
 *
 * @param remarks what the route says of the change meanwhile, through `call.remark`
 */
export async function audited(
  route: Route,
  call: Call,
  remarks: readonly Remark[],
  audit: HttpDeps['audit'],
): Promise<Answer> {
  const action = actionOf(route, call.head.method)
  if (action === undefined) return await route.handle(call)
  const wanted = demandOf(route, call.head.method)
  const change = (refused: string): Change => ({
    who: { kind: call.who.kind, name: call.who.name, address: call.head.clientIp },
    action,
    target: Object.values(call.path).join('/'),
    refused,
    ...(wanted === 'write' || wanted === 'admin' ? {} : { isMinor: true }),
    ...joined(remarks),
  })
  try {
    const answer = await route.handle(call)
    if (!remarks.some(({ isNothing }) => isNothing)) await audit.record(change(refusalOf(answer)))
    return answer
  } catch (error) {
    await audit.record(change(asWeirError(error).code))
    throw error
  }
}

/** What a method of a route is called in the audit log; undefined when it changes nothing. */
export function actionOf(route: Route, method: string): string | undefined {
  const { audit } = route
  if (method === 'GET' || method === 'HEAD' || audit === false) return undefined
  const named = typeof audit === 'string' ? audit : audit?.[method as Route['methods'][number]]
  if (named !== undefined) return named
  const wanted = demandOf(route, method)
  return wanted === 'write' || wanted === 'admin' ? `${method} ${route.path}` : undefined
}

/** Writes down who was turned away: who may not do this, or said something wrong of who he is. */
export function turnedAway(
  error: unknown,
  from: { readonly route: Route; readonly who: Identity; readonly address: string },
  audit: HttpDeps['audit'],
): void {
  if (!(error instanceof WeirError)) return
  const { kind, name } = from.who
  void audit.record({
    who: { kind, name, address: from.address },
    action: 'access.refused',
    target: from.route.path,
    refused: error.code,
  })
}

/** Protocols that answer errors in their own way do not throw. */
function refusalOf({ status, headers }: Answer): string {
  return status < 400 ? '' : (headers[CODE_HEADER] ?? String(status))
}

function joined(remarks: readonly Remark[]): Pick<Change, 'target' | 'details'> {
  const target = remarks.findLast((remark) => remark.target !== undefined)?.target
  const details = Object.assign({}, ...remarks.map((remark) => remark.details)) as Record<
    string,
    string
  >
  return { details, ...(target === undefined ? {} : { target }) }
}
