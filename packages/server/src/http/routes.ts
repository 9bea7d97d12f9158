import { adminRoutes } from './admin-routes.ts'
import { alertDeskRoutes } from './alert-desk-routes.ts'
import { alertmanagerRoutes } from './alertmanager-routes.ts'
import { auditRoutes } from './audit-routes.ts'
import { backfillRoutes } from './backfill-routes.ts'
import { backupRoute } from './backup-route.ts'
import { backtestRoutes } from './backtest-routes.ts'
import { boardRoutes } from './board-routes.ts'
import { dashboardRoutes } from './dashboard-routes.ts'
import type { HttpDeps } from './deps.ts'
import { eventRoutes } from './event-routes.ts'
import { federateRoute } from './federate-route.ts'
import { grafanaRoutes } from './grafana-routes.ts'
import { icebergRoutes } from './iceberg-routes.ts'
import { importRoute } from './import-route.ts'
import { influxRoutes } from './influx-routes.ts'
import { lifecycleRoutes } from './lifecycle-routes.ts'
import { logDeleteRoutes } from './log-delete-routes.ts'
import { logIntakeRoutes } from './log-intake-routes.ts'
import { logRoutes } from './log-routes.ts'
import { loginRoutes } from './login-routes.ts'
import { loggerRoutes } from './logger-routes.ts'
import { lokiRoutes } from './loki-routes.ts'
import { maintenanceRoutes } from './maintenance-routes.ts'
import { managedRuleRoutes } from './managed-rule-routes.ts'
import { notificationRoutes } from './notification-routes.ts'
import { otlpRoutes } from './otlp-routes.ts'
import { peerRoutes } from './peer-routes.ts'
import { pictureRoutes } from './picture-routes.ts'
import { pushGatewayRoutes } from './push-gateway-routes.ts'
import { queryRoutes } from './query-routes.ts'
import { receiverRoutes } from './receiver-routes.ts'
import { remoteReadRoute } from './remote-read-route.ts'
import { remoteWriteRoute } from './remote-write-route.ts'
import type { Route } from './route.ts'
import { routingRoutes } from './routing-routes.ts'
import { ruleRoutes } from './rule-routes.ts'
import { sessionRoutes } from './session-routes.ts'
import { silenceRoutes } from './silence-routes.ts'
import { supportBundleRoute } from './support-bundle-route.ts'
import { statusRoutes } from './status-routes.ts'
import { targetRoutes } from './target-routes.ts'
import { tokenRoutes } from './token-routes.ts'
import { weirRoutes } from './weir-routes.ts'

/** Every route there is, each a room's own list: the server, the API document and the tests read this one. */
export function allRoutes(deps: HttpDeps): readonly Route[] {
  const routes: Route[] = [
    ...queryRoutes(deps),
    ...boardRoutes(deps),
    ...ruleRoutes(deps),
    ...alertmanagerRoutes(deps),
    ...silenceRoutes(deps),
    ...statusRoutes(deps),
    ...targetRoutes(deps),
    ...adminRoutes(deps),
    backupRoute(deps),
    supportBundleRoute(deps, () => routes),
    ...auditRoutes(deps),
    ...lifecycleRoutes(deps),
    remoteWriteRoute(deps),
    ...otlpRoutes(deps),
    remoteReadRoute(deps),
    ...pushGatewayRoutes(deps),
    federateRoute(deps),
    ...influxRoutes(deps),
    ...icebergRoutes(deps),
    ...logIntakeRoutes(deps),
    ...weirRoutes(deps, () => routes),
    ...notificationRoutes(deps),
    ...managedRuleRoutes(deps),
    ...alertDeskRoutes(deps),
    ...maintenanceRoutes(deps),
    ...peerRoutes(deps),
    ...pictureRoutes(deps),
    ...receiverRoutes(deps),
    ...routingRoutes(deps),
    ...eventRoutes(deps),
    ...loggerRoutes(deps),
    ...dashboardRoutes(deps),
    ...grafanaRoutes(deps),
    ...lokiRoutes(deps),
    ...logRoutes(deps),
    ...logDeleteRoutes(deps),
    importRoute(deps),
    ...backfillRoutes(deps),
    ...backtestRoutes(deps),
    ...tokenRoutes(deps),
    ...loginRoutes(deps),
    ...sessionRoutes(deps),
  ]
  return routes
}
