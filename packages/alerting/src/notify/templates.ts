import { NotificationTemplates } from '../template/alertmanager.ts'
import { OWN_SHARED_TEMPLATES, SHARED_TEMPLATES } from '../template/default-templates.ts'
import { NOTIFIER_KINDS } from './kinds.ts'

interface TemplateFile {
  readonly name: string
  readonly text: string
}

/**
 * The definitions of all kinds of receivers, Weir's own wording over Alertmanager's unless `isStrict`,
 * and those of the user's files over both.
 *
 * @throws {TemplateSyntaxError}
 */
export function notificationTemplates(
  files: readonly TemplateFile[] = [],
  isStrict = false,
): NotificationTemplates {
  const kinds = NOTIFIER_KINDS.map(({ name, templates }) => ({ name, text: templates }))
  const own = NOTIFIER_KINDS.map(({ name, ownTemplates }) => ({ name, text: ownTemplates }))
  return new NotificationTemplates([
    { name: 'default', text: SHARED_TEMPLATES },
    ...kinds,
    ...(isStrict ? [] : [{ name: 'weir', text: OWN_SHARED_TEMPLATES }, ...own]),
    ...files,
  ])
}
