/** The workspace of the lab as rudder-server reads it from a file: one source, and webhooks behind it. */
export const WRITE_KEY = '2labWriteKeyOfTheShop'

export interface WebhookPlace {
  readonly id: string
  readonly name: string
  readonly url: string
}

const AT = '2026-01-01T00:00:00.000Z'
export const WORKSPACE = '2labWorkspace'
export const SOURCE = { id: '2labSourceOfTheShop1a2b3c', name: 'Shop' } as const

/** How Weir calls a thing: RudderStack's own short form in tags, 15 characters and the id's last six. */
export function shown({ id, name }: { readonly id: string; readonly name: string }): string {
  return `${name.slice(0, 15)}_${id.slice(-6)}`
}

export function wayTo(place: WebhookPlace): string {
  return `${shown(SOURCE)} → ${shown(place)}`
}

export function workspace(places: readonly WebhookPlace[]): string {
  return JSON.stringify({
    workspaceId: WORKSPACE,
    enableMetrics: false,
    sources: [
      {
        ...SOURCE,
        config: {},
        writeKey: WRITE_KEY,
        enabled: true,
        workspaceId: WORKSPACE,
        deleted: false,
        createdAt: AT,
        updatedAt: AT,
        sourceDefinition: {
          id: '2labHttp',
          name: 'HTTP',
          category: null,
          createdAt: AT,
          updatedAt: AT,
        },
        destinations: places.map(destination),
      },
    ],
    libraries: [],
  })
}

function destination({ id, name, url }: WebhookPlace) {
  return {
    id,
    name,
    config: { webhookUrl: url, webhookMethod: 'POST' },
    secretConfig: {},
    enabled: true,
    workspaceId: WORKSPACE,
    deleted: false,
    createdAt: AT,
    updatedAt: AT,
    transformations: [],
    isConnectionEnabled: true,
    isProcessorEnabled: true,
    destinationDefinition: {
      id: '2labWebhook',
      name: 'WEBHOOK',
      displayName: 'Webhook',
      category: null,
      createdAt: AT,
      updatedAt: AT,
      config: {
        destConfig: { defaultConfig: ['webhookUrl', 'webhookMethod', 'headers'] },
        excludeKeys: [],
        includeKeys: [],
        transformAt: 'processor',
        transformAtV1: 'processor',
        supportedSourceTypes: ['cloud', 'web'],
        supportedMessageTypes: ['alias', 'group', 'identify', 'page', 'screen', 'track'],
        saveDestinationResponse: false,
      },
    },
  }
}
