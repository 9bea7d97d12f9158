import { describe, expect, test } from 'vitest'
import { groupsOfJson, groupsOfYaml } from './target-group.ts'

const ORIGIN = { source: (index: number) => `s:${index}`, labels: { __meta_from: 'test' } }

/** The groups in short: `address,address{label=value}`. */
function shown(read: typeof groupsOfJson, text: string): string[] {
  return read(text, ORIGIN).map(({ source, targets, labels }) => {
    const { __meta_from: from, ...own } = labels
    expect([from, source.slice(0, 2)]).toEqual(['test', 's:'])
    return `${targets.map((target) => target['__address__']).join()}${JSON.stringify(own)}`
  })
}

describe('a list of targets', () => {
  test.each<[string, string[]]>([
    ['[]', []],
    ['null', []],
    ['[{"targets":["a:1","b:1"],"labels":{"x":"y"}}]', ['a:1,b:1{"x":"y"}']],
    ['[{"targets":["a:1"]},{"labels":{"x":"y"}}]', ['a:1{}', '{"x":"y"}']],
    ['[{"targets":null,"labels":null}]', ['{}']],
    ['[{}]', ['{}']],
  ])('as JSON: %s', (text, want) => expect(shown(groupsOfJson, text)).toEqual(want))

  test.each<[string, string[]]>([
    ['', []],
    ['# nothing\n', []],
    [
      '- targets: [a:1]\n  labels: { x: 1.10, y: on, z: 0x10 }\n',
      ['a:1{"x":"1.10","y":"on","z":"0x10"}'],
    ],
    ['- targets: ["a:1"]\n  labels:\n', ['a:1{}']],
    ['- targets:\n  labels: {x: y}\n', ['{"x":"y"}']],
    ['- &a\n  targets: [a:1]\n- <<: *a\n  labels: {x: "1"}\n', ['a:1{}', 'a:1{"x":"1"}']],
    ['- targets: [9100]\n', ['9100{}']],
  ])('as YAML: %s', (text, want) => expect(shown(groupsOfYaml, text)).toEqual(want))

  test.each([
    [groupsOfJson, ''],
    [groupsOfJson, '{}'],
    [groupsOfJson, '[null]'],
    [groupsOfJson, '[{"targets":["a:1"],"label":{}}]'],
    [groupsOfJson, '[{"targets":"a:1"}]'],
    [groupsOfJson, '[{"targets":[1]}]'],
    [groupsOfJson, '[{"labels":{"a":1}}]'],
    [groupsOfJson, '[{"labels":{"":"a"}}]'],
    [groupsOfJson, '[{"targets":["a:1"]'],
    [groupsOfYaml, 'targets: [a:1]\n'],
    [groupsOfYaml, '-\n'],
    [groupsOfYaml, '- targets: [a:1]\n  targets: [b:1]\n'],
    [groupsOfYaml, '- targets: [a:1]\n  port: 1\n'],
    [groupsOfYaml, '- targets: [[a]]\n'],
    [groupsOfYaml, '- labels: {a: {b: c}}\n'],
    [groupsOfYaml, '- targets: [a:1\n'],
  ])('%o refuses %j', (read, text) => expect(() => read(text, ORIGIN)).toThrow())
})
