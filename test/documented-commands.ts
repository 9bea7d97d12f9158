// The commands that stand in README.md and docs/: docs.test.ts runs them, and finds those that are missing here.

/** What a page shows and what must come of it. */
interface Shown {
  readonly page: string
  readonly command: string
  /** In what it prints; asked again until it is there. */
  readonly prints?: string | RegExp
  /** The series that exists afterwards. */
  readonly makes?: string
}

/** In this order: some ask for what others have sent. */
export const SHOWN: readonly Shown[] = [
  {
    page: 'README.md',
    command: "echo 'weir.pipeline.orders.sink.records:5|c' | nc -u -w1 127.0.0.1 8125",
    makes: 'pipeline_stage_records_total{pipeline="orders",stage="sink"}',
  },
  {
    page: 'docs/quick-start.md',
    command: "echo 'weir.pipeline.orders.sink.records:5|c' | nc -u -w1 127.0.0.1 8125",
  },
  {
    page: 'docs/quick-start.md',
    command: "echo 'weir.pipeline.orders.sink.errors:1|c' | nc -u -w1 127.0.0.1 8125",
    makes: 'pipeline_stage_errors_total{pipeline="orders",stage="sink"}',
  },
  {
    page: 'docs/quick-start.md',
    command: "echo 'shop.orders:1|c' | nc -u -w1 127.0.0.1 8125",
    makes: 'shop_orders',
  },
  { page: 'docs/quick-start.md', command: 'weir query shop_orders', prints: 'shop_orders 1\n' },
  {
    page: 'docs/quick-start.md',
    command: "weir query 'sum by (reason) (weir_statsd_rejected_total)'",
  },
  { page: 'docs/install.md', command: 'weir --version', prints: /^\d+\.\d+\.\d+\n$/ },
  { page: 'docs/statsd.md', command: "echo 'shop.orders:1|c' | nc -u -w1 127.0.0.1 8125" },
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
  { page: 'docs/access.md', command: 'weir token create ann --scope admin', prints: 'weir_' },
  {
    page: 'docs/access.md',
    command: 'weir token create loader --scope ingest --expires 90d',
    prints: 'weir_',
  },
  { page: 'docs/access.md', command: 'weir token list', prints: 'loader' },
  { page: 'docs/access.md', command: 'weir token revoke loader' },
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
    command: `weir logs search '{pipeline="orders"}'`,
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
    command: "printf '_e{10,5}:deploy api|v 1.2|t:success|#env:prod' | nc -u -w1 127.0.0.1 8125",
  },
  {
    page: 'docs/packs/airflow.md',
    command: "weir query 'weir_statsd_lines_total'",
    prints: /^weir_statsd_lines_total\{.*\} \d+\n/,
  },
  {
    page: 'docs/packs/export.md',
    command: 'weir pack export airflow --out airflow',
    prints: 'airflow/airflow.rules.yml\nairflow/mapping.yml\n',
  },
  {
    page: 'docs/packs/export.md',
    command: 'weir pack export airflow --out shared --dashboards sharing',
    prints: 'shared/weir-airflow.json',
  },
  {
    page: 'docs/http-api.md',
    command: "curl -s 'http://127.0.0.1:9347/api/v1/query?query=up'",
    prints:
      '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up"',
  },
  { page: 'docs/alerts-daily.md', command: 'weir alert list', prints: 'Fingerprint' },
  { page: 'docs/audit.md', command: 'weir audit', prints: /^When .*Action/ },
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
  {
    page: 'docs/dashboards.md',
    command:
      'curl -s http://127.0.0.1:9347/api/weir/v1/dashboards/import --data-binary \'{"title": "Orders", "uid": "orders", "panels": []}\' -o /dev/null',
  },
  { page: 'docs/dashboards.md', command: 'weir dashboard list', prints: 'orders' },
  { page: 'docs/dashboards.md', command: 'weir dashboard show orders', prints: 'version 1' },
  { page: 'docs/dashboards.md', command: 'weir dashboard versions orders', prints: 'Imported' },
  {
    page: 'docs/dashboards.md',
    command: 'weir dashboard delete orders --author ann',
    prints: 'is deleted',
  },
  { page: 'docs/dashboards.md', command: 'weir dashboard restore orders', prints: 'version 2' },
  {
    page: 'docs/http-api.md',
    command: `curl -s http://127.0.0.1:9347/api/weir/v1/boards/query -H 'content-type: application/json' -d '{"queries":[{"id":"A","expr":"sum(up)","startMs":1798000000000,"endMs":1798000600000,"stepMs":15000},{"id":"job","kind":"labelValues","name":"job","startMs":1798000000000,"endMs":1798000600000}]}'`,
    prints: /^\{"id":"(A|job)",.*\n\{"id":"(A|job)",.*\n$/,
  },
  { page: 'docs/dashboards.md', command: 'weir dashboard restore orders 1', prints: 'version 3' },
  {
    page: 'docs/dashboards.md',
    command: 'weir dashboard export orders',
    prints: '"title": "Orders"',
  },
  {
    page: 'docs/dashboards.md',
    command: 'weir dashboard export --all --out exported',
    prints: /orders\.json\n[^]*\d+ dashboards\n$/,
  },
]

/** Commands that cost too much here, or that other tests run. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  "curl -s -H 'Authorization: Bearer weir_…' 'http://weir.example.org:9347/api/v1/query?query=up'":
    'access-desk.test.ts',
  'weir check web-config web.yml': 'web-config.test.ts',
  'WEIR_TOKEN=weir_… weir query up --server http://weir.example.org:9347': 'access-desk.test.ts',
  'weir query weir_engine_up':
    'there is none without an engine; remote-queries.test.ts looks at the metric',
  'npm run soak -- --minutes 8 --seed 1': 'minutes of all cores; what it found is on the page',
  'npm ci && npm start': 'installing is what a fresh checkout is for',
  'npm ci && npm test': 'this is it',
  'npx @weir/weir serve': 'npm-install.slow.test.ts, from the archive',
  'npm install --global @weir/weir': 'npm-install.slow.test.ts, from the archive',
  'weir serve --data-dir /var/lib/weir': 'weir-process.ts starts it like that in every test',
  'docker build -f packaging/container/Containerfile -t weir .':
    'container-steps.slow.test.ts carries out its steps',
  'docker run --read-only --cap-drop ALL --security-opt no-new-privileges -v weir:/data -p 127.0.0.1:9347:9347 -p 8125:8125/udp -p 8125:8125 weir serve --insecure':
    'container-steps.slow.test.ts, by namespaces',
  'helm install weir packaging/helm/weir --namespace monitoring --create-namespace --set image.repository=registry.example.org/weir --set access.insecure=true':
    'chart.test.ts renders and checks it',
  'install -D -m 644 "$(npm root --global)/@weir/weir/systemd/weir.service" /etc/systemd/system/weir.service':
    'unit.test.ts has the unit verified',
  'install -d -m 755 /etc/weir && touch /etc/weir/weir.yml': 'a file of nothing, as in every test',
  'systemctl daemon-reload && systemctl enable --now weir': 'no systemd runs in tests',
  'source <(weir completion bash)': 'outline.test.ts, in Bash itself',
  'weir completion zsh > ~/.zfunc/_weir': 'outline.test.ts, in Zsh itself',
  'weir completion fish > ~/.config/fish/completions/weir.fish': 'outline.test.ts, in fish itself',
  'man weir': 'outline.test.ts, by man and mandoc',
  'npm run release:files': 'release-files.slow.test.ts',
  'npm run bench': 'too slow for a test; its figures are on the page',
  'weir check config weir.yml': 'the YAML examples above',
  'npx @weir/weir check config weir.yml': 'the same',
  'weir serve': 'weir-process.ts starts it in every test',
  'weir serve --config weir.yml': 'the YAML examples above, and spine.test.ts',
  'weir check rules rules.yml': 'below',
  'weir dashboard import orders.json kafka.json --folder shop': 'dashboards.test.ts',
  'weir check dashboard node-full.json alerts.json': 'check-dashboard.test.ts',
  'weir serve --rules rules.yml --alertmanager.config alertmanager.yml': 'below',
  'weir routes test --alertmanager.config alertmanager.yml OrdersStopped severity=critical':
    'below',
  "promtool query instant http://127.0.0.1:9347 'sum(up)'": 'below',
  'weir import old.om': 'import.test.ts',
  'weir import prometheus http://127.0.0.1:9090 --from 2026-11-01T00:00:00Z':
    'import-prometheus.test.ts',
  'weir import prometheus /var/lib/prometheus': 'import-prometheus-data.test.ts',
  'weir adopt --prometheus prometheus.yml --alertmanager alertmanager.yml --mapping statsd_mapping.yml --out weir.yml':
    'adopt.test.ts',
  'weir support-bundle --out weir-support.tar.gz': 'secrets.test.ts',
  'weir backup --out weir.tar.gz': 'backup.test.ts',
  'weir backup --out backups/ --keep 14': 'backup-kill.slow.test.ts, archive.test.ts',
  'weir restore weir.tar.gz --data-dir restored': 'backup.test.ts',
  'weir backup --verify weir.tar.gz': 'backup-kill.slow.test.ts',
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
  'weir check pack packs/shop.yml': 'below: the pack of the page itself',
  'weir pack build shop.mjs > packs/shop.yml': 'pack.test.ts',
  "weir query 'airflow_scheduler_heartbeat'": 'airflow-replay.test.ts sends its line',
  "logger --rfc5424 -n 127.0.0.1 -P 5514 -t orders 'payment failed'": 'syslog.test.ts',
  'weir logs follow /var/log/app.log --label service_name=shop': 'follow.test.ts',
  [`curl -d '{"service":"shop","level":"error","message":"payment refused","region":"eu"}' http://127.0.0.1:9347/api/weir/v1/logs`]:
    'log-metrics.test.ts, by its rule',
}
