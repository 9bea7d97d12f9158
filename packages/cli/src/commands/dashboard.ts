import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { BoardAnswer, BoardImport, BoardList, BoardRow, BoardVersionRow } from '@weir/boards'
import { WeirError } from '@weir/model'
import type { Command } from 'commander'
import { EXIT } from '../exit.ts'
import {
  showBoard,
  showBoards,
  showExported,
  showImported,
  showVersions,
} from '../show/board-text.ts'
import { tellWeir, tellWeirText } from './ask-weir.ts'
import { readFile } from './read-file.ts'
import { withServer } from './server-option.ts'

interface Asked {
  readonly server: string
  readonly json: boolean
}

/** `weir dashboard …`: dashboards of a running Weir. */
export function addDashboard(program: Command): void {
  const dashboard = program
    .command('dashboard')
    .description('dashboards of a running Weir: list, import, export, delete')
  addReading(dashboard)
  addWriting(dashboard)
}

function addReading(dashboard: Command): void {
  asking(dashboard.command('list'))
    .description('all dashboards: those of packs, of files, and saved ones')
    .option('--tag <tag>', 'only those with this tag')
    .option('--folder <folder>', 'only those in this folder')
    .action(async (asked: Asked & { readonly tag?: string; readonly folder?: string }) => {
      const { boards, problems } = await tellWeir<BoardList>(asked.server, 'GET', PATH)
      const { tag, folder } = asked
      const found = boards
        .filter((row) => tag === undefined || row.tags.includes(tag))
        .filter((row) => folder === undefined || row.folder === folder)
      print(asked.json, found, showBoards(found, problems))
    })
  asking(dashboard.command('show <uid>'))
    .description('one dashboard: its panels, and what could not be understood')
    .action(async (uid: string, { server, json }: Asked) => {
      const answer = await tellWeir<BoardAnswer>(server, 'GET', pathOf(uid))
      print(json, answer, showBoard(answer))
    })
  asking(dashboard.command('versions <uid>'))
    .description('who saved it when; any of them can be brought back')
    .action(async (uid: string, { server, json }: Asked) => {
      const versions = await tellWeir<BoardVersionRow[]>(server, 'GET', `${pathOf(uid)}/versions`)
      print(json, versions, showVersions(versions))
    })
}

interface ExportAsked extends Asked {
  readonly all: boolean
  readonly form: string
  readonly out?: string
}

function addWriting(dashboard: Command): void {
  asking(dashboard.command('import <file...>'))
    .description("keep dashboards of files: Grafana's JSON, or ConfigMaps as YAML")
    .option('--folder <folder>', 'where to')
    .option('--replace', 'replace what has the same uid; else a copy is kept beside it', false)
    .option('--dry-run', 'only say what would be kept', false)
    .option('--author <name>', 'who does it', process.env['USER'] ?? '')
    .action(importFiles)
  asking(dashboard.command('export [uid]'))
    .description('write dashboards as files for Grafana')
    .option('--all', 'all of them, those of packs included', false)
    .option('--out <folder>', 'where to, by folder and uid; without it one is printed')
    .option('--form <form>', 'plain, sharing (asks for a data source) or provisioning', 'plain')
    .action(exportBoards)
  asking(dashboard.command('delete <uid>'))
    .description('take a dashboard away; restore brings it back')
    .option('--author <name>', 'who does it', process.env['USER'] ?? '')
    .action(async (uid: string, { server, json, author }: Asked & { readonly author: string }) => {
      const by = new URLSearchParams({ author }).toString()
      const row = await tellWeir<BoardRow>(server, 'DELETE', `${pathOf(uid)}?${by}`)
      print(json, row, [`${row.title} (${uid}) is deleted: weir dashboard restore ${uid}`])
    })
  asking(dashboard.command('restore <uid> [version]'))
    .description('bring back what was deleted, or an older version')
    .option('--author <name>', 'who does it', process.env['USER'] ?? '')
    .action(
      async (
        uid: string,
        version: string | undefined,
        { server, json, author }: Asked & { readonly author: string },
      ) => {
        const said = version === undefined ? { author } : { author, version: Number(version) }
        const row = await tellWeir<BoardRow>(server, 'POST', `${pathOf(uid)}/restore`, said)
        print(json, row, [`${row.title} (${uid}) is there in version ${row.version}`])
      },
    )
}

interface ImportAsked extends Asked {
  readonly folder?: string
  readonly replace: boolean
  readonly dryRun: boolean
  readonly author: string
}

async function importFiles(files: readonly string[], asked: ImportAsked): Promise<void> {
  const wish = new URLSearchParams({ author: asked.author })
  if (asked.folder !== undefined) wish.set('folder', asked.folder)
  if (asked.replace) wish.set('replace', 'true')
  if (asked.dryRun) wish.set('dry_run', 'true')
  const path = `${PATH}/import?${wish.toString()}`
  const found: { readonly file: string; readonly boards: BoardImport['boards'] }[] = []
  for (const file of files) {
    const answer = await tellWeirText<BoardImport>(asked.server, path, readFile(file))
    found.push({ file, boards: answer.boards })
  }
  print(asked.json, found, found.flatMap(showImported))
  if (found.some(({ boards }) => boards.some(({ problem }) => problem !== ''))) {
    process.exitCode = EXIT.refused
  }
}

async function exportBoards(uid: string | undefined, asked: ExportAsked): Promise<void> {
  const { server, all, form, out, json } = asked
  if ((uid === undefined) !== all) {
    throw new WeirError('SERVER_REFUSED', 'Cannot export: want the uid of one dashboard, or --all')
  }
  if (all && out === undefined) {
    throw new WeirError('SERVER_REFUSED', 'Cannot export --all without --out <folder>')
  }
  const rows = all
    ? (await tellWeir<BoardList>(server, 'GET', PATH)).boards
    : [(await tellWeir<BoardAnswer>(server, 'GET', pathOf(uid!))).meta]
  const written: string[] = []
  for (const row of rows) {
    const asking = `${pathOf(row.uid)}/export?form=${encodeURIComponent(form)}`
    const text = `${JSON.stringify(await tellWeir<object>(server, 'GET', asking), null, 2)}\n`
    if (out === undefined) {
      process.stdout.write(text)
      return
    }
    // What a server calls a folder must not lead out of the one that was asked for.
    const folder = row.folder.split('/').filter((part) => part !== '..' && part !== '.')
    const path = join(out, ...folder, `${row.uid.replaceAll(/[^\w-]/g, '_')}.json`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    written.push(path)
  }
  print(json, written, showExported(written))
}

const PATH = '/api/weir/v1/dashboards'

function pathOf(uid: string): string {
  return `${PATH}/${encodeURIComponent(uid)}`
}

function asking(command: Command): Command {
  return withServer(command).option('--json', 'as JSON', false)
}

function print(json: boolean, value: unknown, lines: readonly string[]): void {
  if (json) console.log(JSON.stringify(value, null, 2))
  else for (const line of lines) console.log(line)
}
