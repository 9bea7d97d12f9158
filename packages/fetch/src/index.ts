export {
  type HttpClientConfig,
  type TlsConfig,
  checkHttpClient,
  httpClientBeside,
  httpClientConfig,
  httpClientShape,
  tlsConfig,
} from './config.ts'
export { HttpClient, type HttpClientOptions, type HttpRequest } from './client.ts'
export {
  type Refusal,
  METADATA_SERVICES,
  fence,
  isFenceEntry,
  setFenceRules,
  watchFence,
} from './fence/fence.ts'
export { secretOf } from './secret.ts'
export { scalarText } from './scalar-text.ts'
export { HttpReply } from './reply.ts'
export { reasonOf } from './reason.ts'
export { type TlsOptions, openTls } from './tls-material.ts'
export { Networks, networkOf } from './fence/address.ts'
