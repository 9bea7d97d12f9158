import { resolve } from 'node:path'
import { Labels } from '@weir/model'
import type { RouteNodeView, RouteView, readRouteTree } from '@weir/server'
import type { Command } from 'commander'
import { EXIT } from '../exit.ts'
import { routeLines, treeLines } from '../show/route-text.ts'
import { asking } from './alertmanager-api.ts'
import { tellWeir } from './ask-weir.ts'
import { labelArguments } from './label-arguments.ts'
import { readFile } from './read-file.ts'
import { withServer } from './server-option.ts'

interface From {
  readonly 'alertmanager.config'?: string
  readonly server: string
}

interface TestFlags extends From {
  readonly 'verify.receivers'?: string
  readonly json: boolean
}

/** A route as JSON has it: labels are an object either way. */
type Taken = Omit<RouteView, 'groupLabels'> & {
  readonly groupLabels: Readonly<Record<string, string>>
}

/** `weir routes …`: where alerts go, in a file or in a running Weir. */
export function addRoutes(program: Command): void {
  const routes = program.command('routes').description('where alerts go')
  withSource(routes.command('show'))
    .description('the routing tree')
    .option('--json', 'as JSON, everything inherited filled in', false)
    .action(async (flags: From & { readonly json: boolean }) => {
      const tree = await treeOf(flags)
      if (flags.json) console.log(JSON.stringify(tree, null, 2))
      else for (const line of treeLines(tree)) console.log(line)
    })
  withSource(routes.command('test [labels...]'))
    .description('who would be told of an alert with these labels; a bare first one is its name')
    .option('--verify.receivers <names>', 'exit 1 unless it is these, in this order: a,b')
    .option('--json', 'as JSON', false)
    .action(async (given: string[], flags: TestFlags) => {
      const taken = await takenBy(labelArguments(given), flags)
      if (flags.json) console.log(JSON.stringify(taken, null, 2))
      else for (const line of routeLines(taken)) console.log(line)
      process.exitCode = verify(taken, flags['verify.receivers'])
    })
}

function withSource(command: Command): Command {
  return withServer(
    command.option(
      '--alertmanager.config <file>',
      'an alertmanager.yml, in place of a running Weir',
    ),
  )
}

async function treeOf({ 'alertmanager.config': file, server }: From): Promise<RouteNodeView> {
  if (file !== undefined) return (await fileRoutes(file)).tree()
  return tellWeir<RouteNodeView>(server, 'GET', '/api/weir/v1/routes')
}

async function takenBy(
  labels: Readonly<Record<string, string>>,
  { 'alertmanager.config': file, server }: From,
): Promise<readonly Taken[]> {
  if (file !== undefined) return routesInFile(file, labels)
  const params = Object.entries(labels).map(
    ([name, value]) => ['label', `${name}=${value}`] as const,
  )
  return tellWeir<Taken[]>(server, 'GET', asking('/api/weir/v1/routes/test', params))
}

/** @throws {WeirError} `ALERTMANAGER_CONFIG_INVALID` */
export async function routesInFile(
  file: string,
  labels: Readonly<Record<string, string>>,
): Promise<Taken[]> {
  const tree = await fileRoutes(file)
  return tree
    .routes(Labels.of(labels))
    .map((route) => ({ ...route, groupLabels: route.groupLabels.toJSON() }))
}

async function fileRoutes(file: string): Promise<ReturnType<typeof readRouteTree>> {
  const { readRouteTree } = await import('@weir/server')
  return readRouteTree({ fileName: resolve(file), text: readFile(file) })
}

function verify(taken: readonly Taken[], wanted: string | undefined): number {
  const names = taken.map(({ receiver }) => receiver).join(',')
  if (wanted === undefined || wanted === names) return EXIT.ok
  console.error(`want ${wanted}, got ${names}`)
  return EXIT.found
}
