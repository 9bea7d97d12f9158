import { NotificationTemplates } from '../template/alertmanager.ts'
import { SHARED_TEMPLATES } from '../template/default-templates.ts'
import { NOTIFIER_KINDS } from './kinds.ts'

/**
 * The definitions of all kinds of receivers, and those of the user's files over them.
 *
 * @throws {TemplateSyntaxError}
 */
export function notificationTemplates(
  files: readonly { readonly name: string; readonly text: string }[] = [],
): NotificationTemplates {
  const kinds = NOTIFIER_KINDS.map(({ name, templates }) => ({ name, text: templates }))
  return new NotificationTemplates([
    { name: 'default', text: SHARED_TEMPLATES },
    ...kinds,
    ...files,
  ])
}
