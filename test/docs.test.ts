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
import {
  type WeirProcess,
  eventually,
  getJson,
  sendTcp,
  startWeir,
  value,
  weir,
} from './weir-process.ts'

const ROOT = join(import.meta.dirname, '..')
const MAIN = join(ROOT, 'packages/cli/dist/main.js')

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

/** Unit tests of rules are no configuration: they have a test of their own below. */
const EXAMPLES = BLOCKS.filter(
  ({ language, text }) => language === 'yaml' && !/^tests:/m.test(text),
)

describe('the YAML of', () => {
  const problems = new Map<string, readonly string[]>()
  const pathOf = (i: number): string => join(folder, `example-${i}.yml`)
  beforeAll(async () => {
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

  test.each(EXAMPLES.map(({ page }, i) => [page, i] as const))(
    '%s passes its check (%i)',
    (_page, i) => {
      expect(problems.get(pathOf(i))).toEqual([])
    },
  )
})

/** What a page shows and what must come of it. */
interface Shown {
  readonly page: string
  readonly command: string
  /** In what it prints; asked again until it is there. */
  readonly prints?: string | RegExp
  /** The series that exists afterwards. */
  readonly makes?: string
}

const SHOWN: readonly Shown[] = [
  {
    page: 'README.md',
    command: "echo 'weir.pipeline.orders.sink.records:5|c' | nc -u -w0 127.0.0.1 8125",
    makes: 'pipeline_stage_records_total{pipeline="orders",stage="sink"}',
  },
  {
    page: 'docs/quick-start.md',
    command: "echo 'weir.pipeline.orders.sink.records:5|c' | nc -u -w0 127.0.0.1 8125",
  },
  {
    page: 'docs/quick-start.md',
    command: "echo 'weir.pipeline.orders.sink.errors:1|c' | nc -u -w0 127.0.0.1 8125",
    makes: 'pipeline_stage_errors_total{pipeline="orders",stage="sink"}',
  },
  {
    page: 'docs/quick-start.md',
    command: "echo 'shop.orders:1|c' | nc -u -w0 127.0.0.1 8125",
    makes: 'shop_orders',
  },
  { page: 'docs/quick-start.md', command: 'npx weir query shop_orders', prints: 'shop_orders 1\n' },
  {
    page: 'docs/quick-start.md',
    command: "npx weir query 'sum by (reason) (weir_statsd_rejected_total)'",
  },
  { page: 'docs/statsd.md', command: "echo 'shop.orders:1|c' | nc -u -w0 127.0.0.1 8125" },
  { page: 'docs/statsd.md', command: 'weir query shop_orders', prints: 'shop_orders 2\n' },
  { page: 'docs/statsd.md', command: 'weir query weir_statsd_rejected_total' },
  {
    page: 'docs/statsd.md',
    command: "weir check mapping mapping.yml --line 'shop.berlin.orders:3|c'",
    prints: 'shop_berlin_orders',
  },
  {
    page: 'docs/statsd.md',
    command: 'curl -s http://127.0.0.1:9347/api/weir/v1/statsd/cardinality',
    prints: '"shop_orders"',
  },
  {
    page: 'docs/statsd-mapping.md',
    command:
      "weir check mapping airflow.yml more.yml --line 'airflow.ti.finish.orders.load.success:1|c'",
    prints: 'airflow',
  },
  {
    page: 'docs/backtest.md',
    command: 'weir rules backtest --rules rules.yml --since 30d --threshold 0.85,0.95',
    prints: 'LoadHigh (hosts, every 1m): host_load > 0.9\n',
  },
  {
    page: 'docs/alerts.md',
    command: "weir alert add OrdersStopped team=shop --annotation summary='no orders for an hour'",
  },
  {
    page: 'docs/alerts.md',
    command: 'weir alert query team=shop',
    prints: /OrdersStopped +active .* no orders for an hour +team="shop"\n/,
  },
  {
    page: 'docs/silences.md',
    command: "weir silence preview OrdersStopped 'team=~shop|web'",
    prints: '1 of 1 alerts\n  alertname="OrdersStopped" team="shop"\n',
  },
  {
    page: 'docs/silences.md',
    command:
      "weir silence add OrdersStopped 'team=~shop|web' --duration 2h --comment 'moving the database'",
    prints: /^[\da-f-]{36}\n$/,
  },
  {
    page: 'docs/silences.md',
    command: "weir silence query 'team=~shop|web'",
    prints: /active +in 2h .* alertname="OrdersStopped" team=~"shop\|web" +moving the database\n/,
  },
  {
    page: 'docs/push-gateway.md',
    command:
      "echo 'backup_rows 1234' | curl --data-binary @- http://127.0.0.1:9347/metrics/job/backup/instance/db1",
    makes: 'backup_rows{instance="db1",job="backup"}',
  },
  {
    page: 'docs/influx.md',
    command:
      "curl -i 'http://127.0.0.1:9347/write?db=shop' -d 'orders,region=eu placed=3i,value=17.5'",
    prints: '204 No Content',
  },
  {
    page: 'docs/sdk-metrics.md',
    command: `curl -i http://127.0.0.1:9347/v1/namespaces/shop/tables/orders/metrics -H 'content-type: application/json' -d '{"report-type":"commit-report","operation":"append","metrics":{"added-records":{"unit":"count","value":7}}}'`,
    prints: '204 No Content',
    makes: 'iceberg_added_records_total{job="iceberg",table="shop.orders"}',
  },
  {
    page: 'docs/influx.md',
    command: "weir query 'orders_placed'",
    prints: 'orders_placed{db="shop", region="eu"} 3',
  },
  {
    page: 'docs/send-logs.md',
    command: `curl -d '{"level":"error","message":"cannot commit","service":"shop"}' http://127.0.0.1:9347/api/weir/v1/logs`,
    prints: '{"lines":1,"rejected":{}}',
  },
  {
    page: 'docs/quick-start.md',
    command: `curl -d '{"level":"error","message":"cannot commit","service":"shop","pipeline":"orders"}' http://127.0.0.1:9347/api/weir/v1/logs`,
    prints: '{"lines":1,"rejected":{}}',
  },
  {
    page: 'docs/quick-start.md',
    command: `npx weir logs search '{pipeline="orders"}'`,
    prints: 'pipeline="orders"',
  },
  {
    page: 'docs/logs.md',
    command: `weir logs search '{service_name="shop"} |= "commit"'`,
    prints: 'error service_name="shop"',
  },
  {
    page: 'docs/logs.md',
    command:
      'weir logs sql "SELECT level, count(*) AS lines FROM logs GROUP BY level ORDER BY lines DESC"',
    prints: /^level +lines\n(?:\w+ +\d+\n)+/,
  },
  {
    page: 'docs/events.md',
    command: "printf '_e{10,5}:deploy api|v 1.2|t:success|#env:prod' | nc -u -w0 127.0.0.1 8125",
  },
  {
    page: 'docs/packs/airflow.md',
    command: "weir query 'weir_statsd_lines_total'",
    prints: /^weir_statsd_lines_total\{.*\} \d+\n/,
  },
  {
    page: 'docs/http-api.md',
    command: "curl -s 'http://127.0.0.1:9347/api/v1/query?query=up'",
    prints:
      '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up"',
  },
  { page: 'docs/alerts-daily.md', command: 'weir alert list', prints: 'Fingerprint' },
  {
    page: 'docs/log-levels.md',
    command: 'weir level get weir',
    prints: /weir\/scrape +info +1 process\n/,
  },
  {
    page: 'docs/log-levels.md',
    command: 'weir level set weir/scrape debug --for 10m --why INC-7 --wait',
    prints: /^[\da-f]{12}: debug for 9m\d+s, applied by 1 of 1\n$/,
  },
  {
    page: 'docs/log-levels.md',
    command: 'weir level list',
    prints: /weir\/scrape +debug +in 9m\d+s +1 of 1 +\d+ +\S+ +INC-7\n/,
  },
  {
    page: 'docs/log-levels.md',
    command: 'weir level clear weir/scrape',
    prints: /^[\da-f]{12}\n$/,
  },
]

/** Commands that cost too much here, or that other tests run. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'npm ci && npm start': 'installing is what a fresh checkout is for',
  'npm ci && npm test': 'this is it',
  'npm run bench': 'too slow for a test; its figures are on the page',
  'npx weir check config weir.yml': 'the YAML examples above',
  'npx weir serve --config weir.yml': 'the YAML examples above, and spine.test.ts',
  'weir check rules rules.yml': 'below',
  'weir serve --rules rules.yml --alertmanager.config alertmanager.yml': 'below',
  'weir routes test --alertmanager.config alertmanager.yml OrdersStopped severity=critical':
    'below',
  "promtool query instant http://127.0.0.1:9347 'sum(up)'": 'below',
  'weir import old.om': 'import.test.ts',
  'weir promql test jobs.test': 'below',
  'weir rules backfill --rules rules.yml --start 2026-11-01T00:00:00Z': 'backfill.test.ts',
  'weir rules test rules_test.yml': 'below',
  'weir check config alertmanager.yml': 'below',
  'npx tsx packages/sdk/examples/streams/main.ts 60': 'sdk-outputs.slow.test.ts',
  'weir serve --alertmanager.config alertmanager.yml': 'the YAML examples above',
  'amtool --alertmanager.url=http://alertmanager:9093 --output=json silence query > silences.json':
    'alertmanager.test.ts, from Weir to Weir',
  'amtool --alertmanager.url=http://127.0.0.1:9347 silence import silences.json':
    'alertmanager.test.ts',
  "weir alert ack OrdersStopped --comment 'on it'": 'alert-marks.test.ts, alert-desk.test.ts',
  'weir alert snooze OrdersStopped --for 4h': 'alert-marks.test.ts, alert-desk.test.ts',
  "weir alert note OrdersStopped --text 'disk of worker 3 is full'":
    'alert-marks.test.ts, alert-desk.test.ts',
  'amtool --alertmanager.url=http://127.0.0.1:9347 silence add alertname=OrdersStopped team=~"shop|web" --duration=2h --author=ann --comment="moving the database"':
    'alertmanager.test.ts',
  [`logcli --addr=http://127.0.0.1:9347 query '{service_name="shop"}'`]: 'logcli.slow.test.ts',
  "weir query 'airflow_scheduler_heartbeat'": 'airflow-replay.test.ts sends its line',
  "logger --rfc5424 -n 127.0.0.1 -P 5514 -t orders 'payment failed'": 'syslog.test.ts',
  'weir logs follow /var/log/app.log --label service_name=shop': 'follow.test.ts',
  [`curl -d '{"service":"shop","level":"error","message":"payment refused","region":"eu"}' http://127.0.0.1:9347/api/weir/v1/logs`]:
    'log-metrics.test.ts, by its rule',
}

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

  // In this order: some ask for what others have sent.
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
  const send = "echo -n 'shop.orders:0|g' | nc -u -w0 127.0.0.1 8125"
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
  " query "* | " silence "* | " alert "* | " routes "* | " logs "* | " level "* | " rules backtest "*)
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
