import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tool } from '../tool.ts'
import { type Step, parse, stagesOf } from './parse.ts'

// What is said in the Containerfile. That its steps do what they should: container-steps.slow.test.ts.

const PATH = join(import.meta.dirname, 'Containerfile')
const steps = parse(readFileSync(PATH, 'utf8'))
const stages = stagesOf(steps)
const final = stages.at(-1)!
const the = (keyword: string): Step => {
  const found = final.steps.filter((step) => step.keyword === keyword)
  expect(found, keyword).toHaveLength(1)
  return found[0]!
}

test('hadolint finds nothing', (context) => {
  const hadolint = tool('hadolint')
  if (hadolint === undefined)
    return context.skip('hadolint is not installed (tools/packaging-peers)')
  const said = execFileSync(hadolint, ['--failure-threshold', 'style', PATH], { encoding: 'utf8' })
  expect(said).toBe('')
})

describe('the image', () => {
  test('is built in one stage and runs in another, which has neither shell nor npm', () => {
    expect(stages).toHaveLength(2)
    expect(final.image).toMatch(/^gcr\.io\/distroless\/nodejs\d+-debian\d+:nonroot$/)
    expect(final.steps.filter(({ keyword }) => keyword === 'RUN')).toEqual([])
  })

  test('has the same Node.js in both stages, and neither is "latest"', () => {
    const majors = stages.map(({ image }) => /node(?:js|:)(\d+)-/.exec(image)?.[1])
    expect(new Set(majors).size).toBe(1)
    expect(majors[0]).toMatch(/^\d+$/)
  })

  test('runs as a user that is a number and not root', () => {
    expect(the('USER').rest).toMatch(/^[1-9]\d+:[1-9]\d+$/)
  })

  test('keeps data in a volume that this user owns; the program is not theirs', () => {
    expect(the('VOLUME').words).toEqual(['/data'])
    const copies = final.steps.filter(({ keyword }) => keyword === 'COPY')
    expect(copies.map(({ rest, flags }) => [rest.split(' ').at(-1), flags['chown']])).toEqual([
      ['/app', undefined],
      ['/data', the('USER').rest],
    ])
  })

  test.each(['ENTRYPOINT', 'CMD', 'HEALTHCHECK'])(
    '%s starts its program without a shell',
    (word) => {
      const { words, rest } = the(word)
      expect(words ?? (JSON.parse(rest.slice(rest.indexOf('['))) as unknown)).toBeInstanceOf(Array)
    },
  )

  test('says what it is, in the words of the image specification', () => {
    const keys = [...the('LABEL').rest.matchAll(/org\.opencontainers\.image\.(\w+)=/g)]
    expect(keys.map(([, key]) => key)).toEqual(['title', 'description', 'licenses'])
  })

  test('opens the ports that it listens on, StatsD by UDP too', () => {
    const listens = [...the('ENV').rest.matchAll(/0\.0\.0\.0:(\d+)/g)].map(([, port]) => port)
    const open = final.steps.filter(({ keyword }) => keyword === 'EXPOSE').map(({ rest }) => rest)
    expect(open).toEqual([`${listens[0]}/tcp ${listens[1]}/tcp ${listens[1]}/udp`])
  })
})

test('the build sees only what is listed, and all of that is there', () => {
  const lines = readFileSync(`${PATH}.dockerignore`, 'utf8').split('\n')
  const rules = lines.filter((line) => line !== '' && !line.startsWith('#'))
  expect(rules[0]).toBe('*')
  const taken = rules.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
  const root = join(import.meta.dirname, '../..')
  expect(taken.filter((name) => !existsSync(join(root, name)))).toEqual([])
})

test('what a Containerfile may hold and our reader does not know is refused', () => {
  expect(() => parse('RUN <<EOF\nEOF\n')).toThrow(/heredoc/)
  expect(() => parse('# escape=`\nFROM x\n')).toThrow(/directive/)
  expect(parse('RUN a && \\\n  # why\n  b\n')[0]?.rest).toBe('a && b')
})
