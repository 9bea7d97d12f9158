import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { array, assert as check, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { secretsOf } from '../config/secrets-of.ts'
import { OwnLines } from '../telemetry/own-lines.ts'
import { packBundle, scrubber } from './bundle.ts'

test('whatever a secret is made of, it is nowhere in a text, nor as an address, JSON or a header has it', () => {
  check(
    property(string({ minLength: 6, maxLength: 30, unit: 'binary-ascii' }), (secret) => {
      const clean = scrubber([secret])
      const forms = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]
      const alone = forms.map((form) => clean(`before\n${form}\nafter`))
      expect(alone).toEqual(forms.map(() => 'before\n<secret>\nafter'))
    }),
  )
})

test('secrets are found in keys, addresses, headers and files, and words are not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-support-'))
  try {
    const file = join(folder, 'password')
    writeFileSync(file, 'from-a-file\n')
    const config = {
      job_name: 'not-a-secret',
      basic_auth: { username: 'user', password: 'a-password' },
      authorization: { credentials_file: file },
      http_headers: { 'X-Key': { values: ['a-header'], secrets: ['hidden-header'] } },
      remote_write: [{ url: 'http://me:in%40url@host/x?token=in-query&page=shown-page' }],
      short: { password: 'abc' },
    }
    const alertmanager = 'receivers: [{ slack_configs: [{ api_url: "http://h/a-hook" }] }]'
    expect(secretsOf(config, alertmanager).toSorted()).toEqual(
      [
        'a-header',
        'a-password',
        'from-a-file',
        'hidden-header',
        'http://h/a-hook',
        'in%40url',
        'in@url',
        'in-query',
      ].toSorted(),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a bundle lists what is in it, and has none of the secrets', async () => {
  const files = [
    { name: 'a.txt', about: 'the first', text: 'http://u:p@host/ and hunter22' },
    { name: 'b.json', about: 'the second', text: '{}' },
  ]
  const text = gunzipSync(await packBundle(files, ['hunter22'], 1e12)).toString()
  expect(text).toContain('a.txt   the first\nb.json  the second\n')
  expect(text).toContain('http://<secret>@host/ and <secret>')
  expect(text).not.toContain('hunter22')
})

test('of a log of any length the last lines are kept, as far as they fit', () => {
  check(
    property(array(string({ maxLength: 5000, size: 'max' }), { maxLength: 50 }), (texts) => {
      using lines = new OwnLines()
      for (let i = 0; i < 100; i++) for (const text of texts) lines.add(`${i} ${text}\n`)
      const kept = lines.text()
      expect(kept.length).toBeLessThanOrEqual(1024 * 1024)
      const all = Array.from({ length: 100 }, (_, i) =>
        texts.map((text) => `${i} ${text}\n`),
      ).flat()
      expect(all.join('').endsWith(kept)).toBe(true)
      if (all.length > 0) expect(kept.endsWith(all.at(-1)!)).toBe(true)
    }),
    { numRuns: 10 },
  )
})
