import { Labels } from '@weir/model'
import type { NotificationTemplates } from '../template/alertmanager.ts'
import { NotificationData, type NotificationFacts } from '../template/notification-data.ts'

/**
 * The labels of a route as a message of these facts has them. Those that speak of other labels of the
 * route see the ones that do not. A label whose template fails is left out, and told to `failed`.
 *
 * @see alertmanager:dispatch/dispatch.go, renderRouteLabels
 */
export function routeLabels(
  labels: Readonly<Record<string, string>>,
  facts: Omit<NotificationFacts, 'routeLabels' | 'reason'>,
  { templates, nowMs }: { readonly templates: NotificationTemplates; readonly nowMs: number },
  failed: (name: string, error: string) => void,
): Labels {
  const names = Object.keys(labels)
  if (names.length === 0) return Labels.EMPTY
  const done: Record<string, string> = { ...labels }
  const refersToOthers = (name: string): boolean => /routelabels/i.test(labels[name]!)
  const inOrder = [...names].sort((a, b) => Number(refersToOthers(a)) - Number(refersToOthers(b)))
  for (const name of inOrder) {
    const data = new NotificationData(
      { ...facts, routeLabels: Labels.of(done), reason: '' },
      { rawRouteLabels: labels },
    )
    try {
      done[name] = templates.expand(labels[name]!, data, nowMs)
    } catch (cause) {
      failed(name, (cause as Error).message)
      done[name] = ''
    }
  }
  return Labels.of(done)
}
