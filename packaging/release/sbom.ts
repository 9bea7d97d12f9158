import { createHash } from 'node:crypto'
import type { Manifest } from '../npm/lay-out.ts'
import type { Component } from './components.ts'

/**
 * The bill of materials in CycloneDX 1.6: everything in a release, bundled parts too, of which npm's own
 * (`npm sbom`) knows nothing. It holds no time and no random number: the same release, the same bill.
 */
export function sbomOf(manifest: Manifest, components: readonly Component[]): object {
  const root = purl(manifest.name, manifest.version)
  const listed = components.map(cyclonedx)
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify([root, listed]))}`,
    version: 1,
    metadata: {
      component: {
        'bom-ref': root,
        type: 'application',
        name: manifest.name,
        version: manifest.version,
        purl: root,
        licenses: [{ license: { id: manifest.license } }],
      },
    },
    components: listed,
    dependencies: [{ ref: root, dependsOn: listed.map((each) => each['bom-ref']) }],
  }
}

function cyclonedx({ name, version, license, integrity, how }: Component): {
  readonly 'bom-ref': string
} {
  const isExpression = / (OR|AND) /.test(license)
  return {
    'bom-ref': purl(name, version),
    type: 'library',
    name,
    version,
    // What is installed is what fits the system; what is bundled is always there.
    scope: how === 'installed' ? 'optional' : 'required',
    purl: purl(name, version),
    licenses: [isExpression ? { expression: license } : { license: { id: license } }],
    ...(integrity.startsWith('sha512-')
      ? { hashes: [{ alg: 'SHA-512', content: hex(integrity.slice('sha512-'.length)) }] }
      : {}),
    properties: [{ name: 'weir:how', value: how }],
  } as { readonly 'bom-ref': string }
}

const purl = (name: string, version: string): string =>
  `pkg:npm/${name.replace('@', '%40')}@${version}`

const hex = (base64: string): string => Buffer.from(base64, 'base64').toString('hex')

/** A UUID of version 8, whose bits are the maker's own, from a checksum. */
function uuidOf(text: string): string {
  const digest = createHash('sha256').update(text).digest('hex')
  const parts = [digest.slice(0, 8), digest.slice(8, 12), `8${digest.slice(13, 16)}`]
  return [...parts, `8${digest.slice(17, 20)}`, digest.slice(20, 32)].join('-')
}
