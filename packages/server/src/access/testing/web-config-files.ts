import { join } from 'node:path'

const TLS = join(import.meta.dirname, '../../../../../fixtures/tls')
const PAIR = `cert_file: ${TLS}/server.pem, key_file: ${TLS}/server-key.pem`
const CA = `client_ca_file: ${TLS}/ca.pem`
/** Of "secret", at the lowest cost. */
export const SECRET_HASH = '$2b$04$txxILQtntyYHuu8aeNCvuuxlc5APa1g.tFI938vKw0lt4BaCxqYj2'

const tls = (more: string): string => `tls_server_config: { ${PAIR}${more} }\n`

/** Web configuration files, and what promtool says of each. */
export const FILES: readonly {
  readonly name: string
  readonly text: string
  readonly isGood: boolean
}[] = [
  { name: 'nothing', text: '', isGood: true },
  { name: 'a certificate', text: tls(''), isGood: true },
  { name: 'a user', text: `basic_auth_users: { ann: ${SECRET_HASH} }\n`, isGood: true },
  {
    name: 'a user with $2y$',
    text: `basic_auth_users: { ann: '${SECRET_HASH.replace('$2b', '$2y')}' }\n`,
    isGood: true,
  },
  {
    name: 'a password that is no hash',
    text: 'basic_auth_users: { ann: secret }\n',
    isGood: false,
  },
  { name: 'a hash cut off', text: 'basic_auth_users: { ann: $2y$10$abc }\n', isGood: false },
  {
    name: 'a cost that nobody has',
    text: `basic_auth_users: { ann: ${SECRET_HASH.replace('$04', '$03')} }\n`,
    isGood: false,
  },
  { name: 'an unknown section', text: 'basic_auth: {}\n', isGood: false },
  { name: 'an unknown key', text: tls(', certificate: x'), isGood: false },
  {
    name: 'a certificate without a key',
    text: `tls_server_config: { cert_file: ${TLS}/server.pem }\n`,
    isGood: false,
  },
  {
    name: 'a key without a certificate',
    text: `tls_server_config: { key_file: ${TLS}/server-key.pem }\n`,
    isGood: false,
  },
  {
    name: "another certificate's key",
    text: `tls_server_config: { cert_file: ${TLS}/server.pem, key_file: ${TLS}/client-key.pem }\n`,
    isGood: false,
  },
  {
    name: 'a file that is not there',
    text: 'tls_server_config: { cert_file: nowhere.pem, key_file: nowhere.pem }\n',
    isGood: false,
  },
  ...['NoClientCert', 'RequestClientCert', 'RequireAnyClientCert', 'RequireClientCert'].map(
    (auth) => ({ name: auth, text: tls(`, client_auth_type: ${auth}`), isGood: true }),
  ),
  ...['VerifyClientCertIfGiven', 'RequireAndVerifyClientCert'].map((auth) => ({
    name: auth,
    text: tls(`, ${CA}, client_auth_type: ${auth}`),
    isGood: true,
  })),
  { name: 'an unknown policy', text: tls(', client_auth_type: Anybody'), isGood: false },
  { name: 'a client CA without a policy', text: tls(`, ${CA}`), isGood: false },
  {
    name: 'a client CA that is not there',
    text: tls(', client_ca_file: nowhere.pem, client_auth_type: RequireAndVerifyClientCert'),
    isGood: false,
  },
  {
    name: 'allowed names',
    text: tls(
      `, ${CA}, client_auth_type: RequireAndVerifyClientCert, client_allowed_sans: [client.test]`,
    ),
    isGood: true,
  },
  { name: 'versions', text: tls(', min_version: TLS12, max_version: TLS13'), isGood: true },
  { name: 'an unknown version', text: tls(', min_version: SSL3'), isGood: false },
  {
    name: 'ciphers',
    text: tls(', cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]'),
    isGood: true,
  },
  {
    name: 'a cipher that is not safe',
    text: tls(', cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]'),
    isGood: false,
  },
  { name: 'curves', text: tls(', curve_preferences: [X25519, CurveP256]'), isGood: true },
  { name: 'an unknown curve', text: tls(', curve_preferences: [P-256]'), isGood: false },
  {
    name: 'headers',
    text: 'http_server_config: { headers: { X-Frame-Options: deny, X-XSS-Protection: "0" } }\n',
    isGood: true,
  },
  {
    name: 'a header that cannot be set',
    text: 'http_server_config: { headers: { X-Other: a } }\n',
    isGood: false,
  },
  {
    name: 'a value that a header cannot have',
    text: 'http_server_config: { headers: { X-Frame-Options: allow } }\n',
    isGood: false,
  },
  { name: 'no HTTP/2', text: 'http_server_config: { http2: false }\n', isGood: true },
]
