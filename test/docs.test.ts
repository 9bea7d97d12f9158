import { execFile } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { delimiter, dirname, join, relative } from 'node:path'
import type { Overview, PipelineDetail } from '@weir/packs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ELSEWHERE, SHOWN } from './documented-commands.ts'
import {
  MAIN,
  type WeirProcess,
  eventually,
  getJson,
  sendTcp,
  startWeir,
  value,
  weir,
} from './weir-process.ts'

const ROOT = join(import.meta.dirname, '..')

const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
    .toSorted(),
]

const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8')

/** The page without its code blocks. */
const proseOf = (page: string): string => textOf(page).replaceAll(/^```[\s\S]*?^```/gm, '')

interface Block {
  readonly page: string
  readonly language: string
  readonly text: string
}

/** Fenced blocks, and indented ones as `sh`: our pages indent nothing else but commands. */
function blocksOf(page: string): Block[] {
  const fenced = [...textOf(page).matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].map((found) => ({
    page,
    language: found[1]!,
    text: found[2]!,
  }))
  const indented = [...proseOf(page).matchAll(/\n\n((?: {4}\S.*\n)+)/g)].map((found) => ({
    page,
    language: 'sh',
    text: found[1]!.replaceAll(/^ {4}/gm, ''),
  }))
  return [...fenced, ...indented]
}

const BLOCKS = PAGES.flatMap(blocksOf)

/** As GitHub and others make anchors of headings, and those set by hand. */
function anchorsOf(page: string): string[] {
  const headings = [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map((found) =>
    found[1]!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
  const byHand = [...textOf(page).matchAll(/<a id="([^"]+)">/g)].map((found) => found[1]!)
  return [...headings, ...byHand]
}

test.each(PAGES)('links of %s lead somewhere', (page) => {
  const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map((found) => found[1]!)
  const broken = links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path))
    if (!existsSync(join(ROOT, target))) return true
    return anchor !== undefined && !anchorsOf(target).includes(anchor)
  })
  expect(broken).toEqual([])
})

test('metrics that pages name exist', () => {
  const sources = readdirSync(join(ROOT, 'packages'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /^\w+\/src\/.*\.tsx?$/.test(name) && !name.includes('.test.'))
    .map((name) => readFileSync(join(ROOT, 'packages', name), 'utf8'))
    .join('\n')
  // Some have a pattern: `weir_${part}_requests_total`, `weir_remote_write_out_${name}`.
  const patterns = [...sources.matchAll(/`(weir_\w*)\$\{\w+\}(\w*)`/g)]
  const isThere = (name: string): boolean =>
    sources.includes(name.replace(/_(count|sum|bucket)$/, '')) ||
    patterns.some(([, start = '', end = '']) => {
      const part = name.slice(start.length, end === '' ? undefined : -end.length)
      return name.startsWith(start) && name.endsWith(end) && sources.includes(`'${part}'`)
    })
  const named = PAGES.flatMap((page) => textOf(page).match(/\bweir_[a-z0-9_]*[a-z0-9]\b/g) ?? [])
  expect([...new Set(named)].filter((name) => !isThere(name))).toEqual([])
})

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-docs-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** By its top-level keys: which check a YAML example must pass. */
function checkOf(text: string): string {
  if (/^groups:/m.test(text)) return 'rules'
  return /^mappings:/m.test(text) ? 'mapping' : 'config'
}

/** An alertmanager.yml alone becomes a section of weir.yml. */
function asFile(text: string): string {
  return /^route:/m.test(text) ? `alertmanager:\n${text.replaceAll(/^(?=.)/gm, '  ')}` : text
}

/** The variable from which an example takes a secret. */
const PASSWORD = 'WEIR_METRICS_PASSWORD'

/** Unit tests of rules are no configuration: they have a test of their own below. */
const EXAMPLES = BLOCKS.filter(
  ({ language, text }) => language === 'yaml' && !/^tests:/m.test(text),
)

describe('the YAML of', () => {
  const problems = new Map<string, readonly string[]>()
  const pathOf = (i: number): string => join(folder, `example-${i}.yml`)
  beforeAll(async () => {
    process.env[PASSWORD] = 'of-an-example'
    const all = EXAMPLES.map(({ text }, i) => ({ check: checkOf(text), path: pathOf(i) }))
    for (const [i, { text }] of EXAMPLES.entries()) writeFileSync(pathOf(i), asFile(text))
    const pathsOf = (check: string): string[] =>
      all.filter((each) => each.check === check).map(({ path }) => path)
    // Mapping files that are given together are one mapping.
    const runs: [string, string[]][] = [
      ['config', pathsOf('config')],
      ['rules', pathsOf('rules')],
      ...pathsOf('mapping').map((path): [string, string[]] => ['mapping', [path]]),
    ]
    for (const [check, paths] of runs) {
      const { out, err } = await weir('check', check, '--json', ...paths)
      expect(err).toBe('')
      const verdicts = JSON.parse(out) as { readonly file: string; readonly problems: string[] }[]
      for (const verdict of verdicts) problems.set(verdict.file, verdict.problems)
    }
  })
  afterAll(() => {
    delete process.env[PASSWORD]
  })

  test.each(EXAMPLES.map(({ page }, i) => [page, i] as const))(
    '%s passes its check (%i)',
    (_page, i) => {
      expect(problems.get(pathOf(i))).toEqual([])
    },
  )
})

test('each command that stands in a block is tried, here or elsewhere', () => {
  const known = new Set([...SHOWN.map(({ command }) => command), ...Object.keys(ELSEWHERE)])
  const commands = BLOCKS.filter(({ language }) => language === 'sh').flatMap(({ text }) =>
    text.trimEnd().split('\n'),
  )
  const prompted = BLOCKS.flatMap(({ text }) =>
    [...text.matchAll(/^\$ (.*)$/gm)].map((found) => found[1]!),
  )
  const tried = [...commands, ...prompted].filter((line) => !/^(#|[A-Z_]+=)/.test(line))
  expect(tried.length).toBeGreaterThan(12)
  expect(tried.filter((command) => !known.has(command))).toEqual([])
})

test('`npx weir` works in a fresh checkout: what npm links is there before the build', () => {
  const cli = join(ROOT, 'packages/cli')
  const { bin } = JSON.parse(readFileSync(join(cli, 'package.json'), 'utf8')) as {
    readonly bin: { readonly weir: string }
  }
  expect(bin.weir).not.toMatch(/dist/)
  expect(statSync(join(cli, bin.weir)).mode & 0o111).toBe(0o111)
})

test('the answer script of the PromQL page gives the answer shown there', async () => {
  const own = BLOCKS.filter(({ page }) => page === 'docs/promql.md')
  const script = own.find(({ text }) => text.startsWith('load 1m\n'))!.text
  const shown = own.find(({ text }) => text.startsWith('$ weir promql test'))!.text
  writeFileSync(join(folder, 'jobs.test'), script)
  const { code, out, err } = await weir('promql', 'test', join(folder, 'jobs.test'))
  expect(code).toBe(1)
  expect(`${out}${err}`.replaceAll(`${folder}/`, '')).toContain(shown.trimEnd().split('\n')[1])
})

test('the pack that is shown passes its check, with the answer that is shown', async () => {
  const own = BLOCKS.filter(({ page }) => page === 'docs/packs/own.md')
  const path = join(folder, 'shop.yml')
  writeFileSync(path, own.find(({ text }) => text.includes('\nid: shop\n'))!.text)
  const { out } = await weir('check', 'pack', path)
  expect(textOf('docs/packs/own.md')).toContain(out.trim().replaceAll(folder, 'packs'))
})

test('the tests of rules that are shown pass, and fail as shown', async () => {
  const own = BLOCKS.filter(({ page }) => page === 'docs/rules-test.md')
  const yaml = own.filter(({ language }) => language === 'yaml').map(({ text }) => text)
  const [good, failed] = own.filter(({ language }) => language === '').map(({ text }) => text)
  const path = join(folder, 'rules_test.yml')
  writeFileSync(join(folder, 'rules.yml'), yaml[0]!)
  writeFileSync(path, yaml[1]!)
  expect((await weir('rules', 'test', path)).out).toBe(`${folder}/${good}`)
  writeFileSync(path, yaml[1]!.replace('50%', '100%'))
  const { code, err } = await weir('rules', 'test', path)
  expect(code).toBe(1)
  expect(err.trimEnd()).toBe(`${folder}/${failed!.trimEnd()}`)
})

test('each listed command still stands in its page', () => {
  const gone = SHOWN.filter(({ page, command }) => !textOf(page).includes(command))
  expect(gone.map(({ page, command }) => `${page}: ${command}`)).toEqual([])
})

describe('commands of the pages', () => {
  let process_: WeirProcess
  beforeAll(async () => {
    process_ = await startWeir({ config: 'statsd: { flush_interval: 200ms }' })
    standIns(folder)
  })
  afterAll(() => process_[Symbol.asyncDispose]())

  test.each(SHOWN.map((shown) => [shown.page, shown.command, shown] as const))(
    '%s: %s',
    async (_page, command, { prints, makes }) => {
      await eventually('what the page says', async () => {
        const { code, out } = await shell(command, folder, process_)
        if (code !== 0 && !command.includes('rejected')) return false
        if (prints === undefined) return true
        return typeof prints === 'string' ? out.includes(prints) : prints.test(out)
      })
      if (makes === undefined) return
      await eventually(makes, async () => (await value(process_.web, makes)) !== undefined)
    },
  )

  test('the reference of the pack weir names all that a Weir tells of itself', async () => {
    const page = await (await fetch(`${process_.web}/metrics`)).text()
    const told = [...page.matchAll(/^# TYPE (weir_\w+|process_\w+|nodejs_\w+) /gm)].map(
      (found) => found[1]!,
    )
    expect(told.length).toBeGreaterThan(100)
    const reference = textOf('docs/packs/reference/weir.md')
    const made = /^weir_stage_/
    const missing = told.filter((name) => !made.test(name) && !reference.includes(`\`${name}\``))
    expect(missing).toEqual([])
  })

  test('counters whose first growth is an alert begin at 0: one that is born with 1 never grew', async () => {
    const page = await (await fetch(`${process_.web}/metrics`)).text()
    for (const series of [
      'weir_config_reloads_total{result="refused"}',
      'weir_query_refused_total',
      'weir_query_thread_crashes_total',
      'weir_store_maintenance_failures_total',
      'weir_statsd_rejected_total{',
    ]) {
      expect(page).toContain(`\n${series}`)
    }
  })

  test('promtool asks Weir as the page shows', async (context) => {
    const promtool = peer('promtool')
    if (promtool === undefined) return context.skip('promtool is not installed (WEIR_PEERS)')
    await eventually('up', async () => (await value(process_.web, 'up{job="weir"}')) === 1)
    const command = "promtool query instant http://127.0.0.1:9347 'sum(up)'"
    expect(textOf('docs/http-api.md')).toContain(command)
    const { out } = await shell(command.replace('promtool', promtool), folder, process_)
    expect(out).toMatch(/^\{\} => 1 @\[\d+(\.\d+)?\]\n$/)
  })

  test('the lines of docs/packs/custom.md become five signals', async () => {
    const page = textOf('docs/packs/custom.md')
    const lines = [...page.matchAll(/^\| `(weir\.stage\.[^`]+)`/gm)].map((found) =>
      found[1]!
        .replaceAll('\\|', '|')
        .replace(/last_success:\d+/, `last_success:${Date.now() / 1000}`),
    )
    expect(lines).toHaveLength(5)
    const tell = (): Promise<void> => sendTcp(process_.statsdTcpPort, lines)
    await tell()
    const detail = await eventually(
      'five signals',
      async () => {
        await tell()
        const overview = await getJson<Overview>(`${process_.web}/api/weir/v1/overview?window=5m`)
        if (!overview.pipelines.some(({ pipeline }) => pipeline === 'orders')) return false
        const seen = await getJson<PipelineDetail>(
          `${process_.web}/api/weir/v1/pipelines/custom/orders?window=5m`,
        )
        const [sink] = seen.stages.filter(({ stage }) => stage === 'sink')
        return Object.keys(sink?.signals ?? {}).length >= 5 ? seen : false
      },
      60_000,
    )
    expect(detail.summary.system).toBe('custom')
  }, 70_000)
})

test('docs/scrape.md: up is 1 after the first scrape', { timeout: 40_000 }, async () => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end('shop_queue 3\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const [example] = EXAMPLES.filter(({ page }) => page === 'docs/scrape.md')
  const config = example!.text
    .replace('9100', String(port))
    .replace('scrape_interval: 15s', 'scrape_interval: 1s')
  await using process_ = await startWeir({ config })
  await eventually('up', async () => {
    const { out } = await weir('query', 'up{job="shop"}', '--server', process_.web)
    return out === `up{instance="127.0.0.1:${port}", job="shop", team="shop"} 1\n`
  })
  server.closeAllConnections()
  server.close()
})

test('docs/alerts.md: the figure that is too low is pending', { timeout: 40_000 }, async () => {
  const page = textOf('docs/alerts.md')
  const [rules, routes] = EXAMPLES.filter((block) => block.page === 'docs/alerts.md')
  standIns(folder)
  writeFileSync(join(folder, 'rules.yml'), rules!.text)
  writeFileSync(join(folder, 'alertmanager.yml'), routes!.text)
  const checked = await shell('weir check rules rules.yml', folder)
  expect(page).toContain(`$ weir check rules rules.yml\n${checked.out}`)
  const routed = await shell('weir check config alertmanager.yml', folder)
  expect(page).toContain(`$ weir check config alertmanager.yml\n${routed.out}`)
  const routes_ =
    'weir routes test --alertmanager.config alertmanager.yml OrdersStopped severity=critical'
  expect(page).toContain(`$ ${routes_}\n${(await shell(routes_, folder)).out}`)
  await using process_ = await startWeir({
    config: 'statsd: { flush_interval: 200ms }',
    flags: [
      `--rules=${join(folder, 'rules.yml')}`,
      `--alertmanager.config=${join(folder, 'alertmanager.yml')}`,
    ],
  })
  const send = "echo -n 'shop.orders:0|g' | nc -u -w1 127.0.0.1 8125"
  expect(page).toContain(send)
  await shell(send, folder, process_)
  await eventually('a pending alert', async () => {
    const { data } = await getJson<{ data: { alerts: { labels: object; state: string }[] } }>(
      `${process_.web}/api/v1/alerts`,
    )
    return data.alerts.some(({ state }) => state === 'pending')
  })
})

/** `weir`, and `nc` where it is not installed, for commands as pages show them. */
function standIns(bin: string): void {
  const writeScript = (name: string, interpreter: string, text: string): void => {
    writeFileSync(join(bin, name), `#!${interpreter}\n${text}`)
    chmodSync(join(bin, name), 0o755)
  }
  writeScript(
    'weir',
    '/bin/sh',
    `case " $* " in
  *" --alertmanager.config "*) ;;
  " audit "* | " query "* | " silence "* | " alert "* | " routes "* | " logs "* | " level "* | " dashboard "* | \
  " token "* | " rules backtest "*)
    set -- "$@" --server "$WEIR_AT" ;;
esac
exec ${process.execPath} ${MAIN} "$@"`,
  )
  const rule = '{ alert: LoadHigh, expr: host_load > 0.9 }'
  writeFileSync(join(bin, 'rules.yml'), `groups: [{ name: hosts, rules: [${rule}] }]\n`)
  for (const name of ['mapping', 'airflow', 'more']) {
    writeFileSync(join(bin, `${name}.yml`), 'mappings: []\n')
  }
  if (peer('nc') !== undefined) return
  writeScript(
    'nc',
    process.execPath,
    `const [host, port] = process.argv.slice(-2)
const socket = require('node:dgram').createSocket('udp4')
socket.send(require('node:fs').readFileSync(0), Number(port), host, () => socket.close())`,
  )
}

/** A program on the path or among the peers. */
function peer(name: string): string | undefined {
  const folders = [
    process.env['WEIR_PEERS'] ?? '',
    ...(process.env['PATH'] ?? '').split(delimiter),
    join(homedir(), '.cache/weir-peers/bin'),
  ]
  return folders
    .filter((each) => each !== '')
    .map((each) => join(each, name))
    .find((path) => existsSync(path))
}

/** Runs a line as a reader would, with the ports of `target` in place of those of the page. */
async function shell(
  command: string,
  cwd: string,
  target?: WeirProcess,
): Promise<{ readonly code: number; readonly out: string }> {
  const line = command
    .replaceAll('npx weir', 'weir')
    .replaceAll('8125', String(target?.statsdPort ?? 8125))
    .replaceAll('http://127.0.0.1:9347', target?.web ?? '')
  const env = {
    ...process.env,
    PATH: `${cwd}${delimiter}${process.env['PATH'] ?? ''}`,
    WEIR_AT: target?.web ?? '',
  }
  return new Promise((resolve) => {
    execFile('sh', ['-c', line], { cwd, env }, (error, out) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out })
    })
  })
}
