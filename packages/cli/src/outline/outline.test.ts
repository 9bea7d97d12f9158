import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { Command, Option } from 'commander'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addCheck } from '../commands/check.ts'
import { addLogs } from '../commands/logs.ts'
import { addServe } from '../commands/serve.ts'
import { manPage } from './man-page.ts'
import { everyCommand, outlineOf } from './outline.ts'
import { SHELLS } from './shells.ts'

/** A program on the path. */
function installed(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

const program = new Command('weir').description('Watches "pipelines"')
for (const add of [addServe, addLogs, addCheck]) add(program)
const outline = outlineOf(program)

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-completion-'))
  writeFileSync(join(folder, 'rules.yml'), '')
  for (const [shell, write] of Object.entries(SHELLS)) {
    writeFileSync(join(folder, `completion.${shell}`), write(outline))
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('an outline has what the help shows, and nothing hidden', () => {
  const toy = new Command('toy').description('plays')
  toy
    .command('run <files...>')
    .description('runs')
    .option('-f, --from <folder>', 'where')
    .addOption(new Option('--level <name>', 'how much').choices(['low', 'high']).env('TOY_LEVEL'))
    .addOption(new Option('--secret').hideHelp())
  toy.command('ghost', { hidden: true })
  const [run, ...more] = outlineOf(toy).commands
  expect(more).toEqual([])
  expect(run).toMatchObject({ path: 'toy run', values: '<files...>', takesFiles: true })
  expect(
    run!.options.map(({ names, isFile, choices, env }) => ({ names, isFile, choices, env })),
  ).toEqual([
    { names: ['-f', '--from'], isFile: true, choices: [], env: '' },
    { names: ['--level'], isFile: false, choices: ['low', 'high'], env: 'TOY_LEVEL' },
    { names: ['-h', '--help'], isFile: false, choices: [], env: '' },
  ])
})

// What stands before the cursor, and what is offered there.
const CASES: readonly (readonly [line: string, want: readonly string[]])[] = [
  ['weir ', ['serve', 'logs', 'check']],
  ['weir se', ['serve']],
  ['weir logs s', ['search', 'sql']],
  ['weir logs search --js', ['--json']],
  ['weir serve --statsd-', ['--statsd-listen']],
  ['weir serve --insecure --conf', ['--config']],
  ['weir serve --config r', ['rules.yml']],
  ['weir check rules r', ['rules.yml']],
  ['weir check rules --json ru', ['rules.yml']],
  ['weir serve --listen ', []],
  ['weir serve --listen logs --conf', ['--config']],
  ['weir nonsense lo', ['logs']],
]

describe('bash completes', () => {
  test.each(CASES)('%j', (line, want) => {
    const words = line.split(' ')
    const script = `source completion.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _weir; printf '%s\\n' "\${COMPREPLY[@]}"`
    const said = execFileSync('bash', ['-euc', script, 'bash', ...words], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(said.split('\n').filter(Boolean).toSorted()).toEqual(want.toSorted())
  })
})

describe.skipIf(installed('zsh') === undefined)('zsh completes', () => {
  // What shows a choice is a function of Zsh's own: here it prints what fits.
  const stands = `
_describe() { local -a all=("\${(@P)\${@[-1]}}"); for each in $all; do each=\${each%%:*}; [[ $each == \${words[CURRENT]}* ]] && print -r -- $each; done }
_files() { print -rl -- \${words[CURRENT]}*(N) }`
  test.each(CASES)('%j', (line, want) => {
    const script = `${stands}\nsource ./completion.zsh; words=("$@"); CURRENT=$#; _weir; true`
    const said = execFileSync('zsh', ['-fc', script, 'zsh', ...line.split(' ')], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(said.split('\n').filter(Boolean).toSorted()).toEqual(want.toSorted())
  })
})

test.skipIf(installed('fish') === undefined)('fish completes', () => {
  const asks = CASES.map(([line]) => `echo "== "; complete -C '${line}'`)
  const script = ['source completion.fish', ...asks].join('\n')
  const said = execFileSync('fish', ['--no-config', '-c', script], {
    cwd: folder,
    encoding: 'utf8',
  })
  const answers = said.split('== \n').slice(1)
  const names = answers.map((answer) =>
    answer
      .split('\n')
      .filter(Boolean)
      .map((each) => each.split('\t')[0]!),
  )
  // Fish offers what is near, too: what stands for it must be there, and first letters decide for words.
  for (const [index, [line, want]] of CASES.entries()) {
    expect(names[index], line).toEqual(expect.arrayContaining([...want]))
  }
})

describe('the man page', () => {
  const page = manPage(outline, '1.2.3')

  test('tells of each command and flag', () => {
    const plain = page.replaceAll(String.raw`\-`, '-')
    for (const { path, options, commands } of everyCommand(outline).slice(1)) {
      if (commands.length > 0) continue
      expect(plain).toContain(`.SS "${path}`)
      for (const { names } of options.filter((each) => !each.names.includes('--help'))) {
        expect(plain).toContain(names[0])
      }
    }
  })

  test('takes quotes, backslashes and points at the beginning for text', () => {
    const odd = { ...outline.commands[0]!, about: '.a "b" \\n – c' }
    expect(manPage({ ...outline, commands: [odd] }, '1')).toContain(
      String.raw`.a \(dqb\(dq \en \[u2013] c.`.replace('.a', String.raw`\&.a`),
    )
  })

  test.skipIf(installed('mandoc') === undefined)('pleases mandoc', () => {
    writeFileSync(join(folder, 'weir.1'), page)
    // A page made anew from the same program is the same: it bears no date.
    const lint = (): string =>
      execFileSync('sh', ['-c', 'mandoc -T lint -W warning weir.1 || true'], {
        cwd: folder,
        encoding: 'utf8',
      })
    const found = lint().split('\n').filter(Boolean)
    expect(found.filter((line) => !line.includes('missing date'))).toEqual([])
  })

  test.skipIf(installed('man') === undefined)('pleases man', () => {
    writeFileSync(join(folder, 'weir.1'), page)
    const command = 'man --warnings -E UTF-8 -l -Tutf8 -Z ./weir.1 2>&1 >/dev/null'
    expect(execFileSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' })).toBe('')
  })
})
