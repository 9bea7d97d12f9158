import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import { readBoardSearch } from './boards/page/board-search.ts'
import { Frame } from './frame/frame.tsx'
import { NotFound, PageFailed } from './frame/page-failed.tsx'
import { LOGS_SEARCH } from './logs/logs-search.ts'
import { OverviewPage } from './overview/overview-page.tsx'
import { parseSearch, pickSearch, stringifySearch } from './search-text.ts'

// Only the overview comes with the first load; the other pages bring charts and editor when asked for.
const root = createRootRoute({ component: Frame, notFoundComponent: NotFound })

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: (search) =>
    pickSearch(search, ['q', 'health', 'system', 'team', 'group', 'sort', 'window', 'wall']),
  component: OverviewPage,
})

const pipeline = createRoute({
  getParentRoute: () => root,
  path: '/pipelines/$system/$pipeline',
  validateSearch: (search) => pickSearch(search, ['window', 'stage', 'compare', 'view']),
  component: lazyRouteComponent(() => import('./pipeline/pipeline-page.tsx'), 'PipelinePage'),
})

const explore = createRoute({
  getParentRoute: () => root,
  path: '/explore',
  validateSearch: (search) => pickSearch(search, ['expr', 'from', 'to', 'step', 'tab']),
  component: lazyRouteComponent(() => import('./explore/explore-page.tsx'), 'ExplorePage'),
})

const logs = createRoute({
  getParentRoute: () => root,
  path: '/logs',
  validateSearch: (search) => pickSearch(search, LOGS_SEARCH),
  component: lazyRouteComponent(() => import('./logs/logs-page.tsx'), 'LogsPage'),
})

const alerts = createRoute({
  getParentRoute: () => root,
  path: '/alerts',
  validateSearch: (search) =>
    pickSearch(search, ['q', 'state', 'tab', 'rule', 'group', 'file', 'job']),
  component: lazyRouteComponent(() => import('./alerts/alerts-page.tsx'), 'AlertsPage'),
})

const status = createRoute({
  getParentRoute: () => root,
  path: '/status',
  validateSearch: (search) => pickSearch(search, ['tab']),
  component: lazyRouteComponent(() => import('./status/status-page.tsx'), 'StatusPage'),
})

const targets = createRoute({
  getParentRoute: () => root,
  path: '/targets',
  validateSearch: (search) => pickSearch(search, ['tab', 'q', 'health', 'job']),
  component: lazyRouteComponent(() => import('./targets/targets-page.tsx'), 'TargetsPage'),
})

const loggers = createRoute({
  getParentRoute: () => root,
  path: '/loggers',
  validateSearch: (search) => pickSearch(search, ['tab', 'q', 'show']),
  component: lazyRouteComponent(() => import('./loggers/loggers-page.tsx'), 'LoggersPage'),
})

const dashboards = createRoute({
  getParentRoute: () => root,
  path: '/dashboards',
  validateSearch: (search) => pickSearch(search, ['q', 'tag', 'folder', 'origin']),
  component: lazyRouteComponent(() => import('./boards/library/library-page.tsx'), 'LibraryPage'),
})

const dashboard = createRoute({
  getParentRoute: () => root,
  path: '/dashboards/$uid',
  validateSearch: readBoardSearch,
  component: lazyRouteComponent(() => import('./boards/page/board-page.tsx'), 'BoardPage'),
})

const access = createRoute({
  getParentRoute: () => root,
  path: '/access',
  validateSearch: (search) => pickSearch(search, ['tab']),
  component: lazyRouteComponent(() => import('./access/access-page.tsx'), 'AccessPage'),
})

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search) => pickSearch(search, ['next', 'error']),
  component: lazyRouteComponent(() => import('./access/login-page.tsx'), 'LoginPage'),
})

const loggedIn = createRoute({
  getParentRoute: () => root,
  path: '/logged-in',
  component: lazyRouteComponent(() => import('./access/login-page.tsx'), 'LoggedInPage'),
})

const packs = createRoute({
  getParentRoute: () => root,
  path: '/packs',
  component: lazyRouteComponent(() => import('./packs/packs-page.tsx'), 'PacksPage'),
})

const pack = createRoute({
  getParentRoute: () => root,
  path: '/packs/$id',
  validateSearch: (search) => pickSearch(search, ['q']),
  component: lazyRouteComponent(() => import('./packs/pack-page.tsx'), 'PackPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    overview,
    pipeline,
    explore,
    dashboards,
    dashboard,
    logs,
    alerts,
    targets,
    loggers,
    status,
    access,
    login,
    loggedIn,
    packs,
    pack,
  ]),
  parseSearch,
  stringifySearch,
  defaultErrorComponent: PageFailed,
  defaultPreload: 'intent',
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
