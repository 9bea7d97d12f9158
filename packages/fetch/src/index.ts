export {
  type HttpClientConfig,
  type TlsConfig,
  checkHttpClient,
  httpClientBeside,
  httpClientConfig,
  httpClientShape,
} from './config.ts'
export { HttpClient, type HttpClientOptions, type HttpRequest } from './client.ts'
export { HttpReply } from './reply.ts'
