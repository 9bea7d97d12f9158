import { Labels } from '@weir/model'
import { routeMatcher } from '../route/matcher.ts'
import { SilenceIndex } from './silence-index.ts'

/** `npx tsx packages/alerting/src/silence/silence-index.bench.ts`: CPU of asking for 50,000 alerts under 1,000 silences. */
const alerts = Array.from({ length: 50_000 }, (_, i) =>
  Labels.of({
    alertname: `Alert${i % 50}`,
    cluster: `c${i % 7}`,
    instance: `host-${i}:9100`,
    job: `job-${i % 40}`,
    severity: i % 3 === 0 ? 'page' : 'info',
    team: `team-${i % 20}`,
  }),
)
const index = new SilenceIndex()
const add = (i: number): void => {
  const matchers = [
    routeMatcher({ name: 'alertname', operator: '=', value: `Alert${i % 50}` }),
    i % 10 === 0
      ? routeMatcher({ name: 'job', operator: '=~', value: `job-[${i % 9}-9].*` })
      : routeMatcher({
          name: 'instance',
          operator: '=~',
          value: `host-${i}:9100|host-${i + 1}:9100`,
        }),
  ]
  const regexOnly = [routeMatcher({ name: 'job', operator: '=~', value: `job-${i % 40}.?` })]
  index.set({
    id: String(i),
    matchers: i % 20 === 0 ? regexOnly : matchers,
    startsAtMs: 0,
    endsAtMs: 1,
  })
}
for (let i = 0; i < 1000; i++) add(i)

function round(what: string): void {
  const before = process.cpuUsage()
  let met = 0
  for (const labels of alerts) met += index.met(labels).length
  const { user, system } = process.cpuUsage(before)
  process.stdout.write(`${what}: ${Math.round((user + system) / 1000)} ms, ${met} met\n`)
}
round('first round')
round('second round')
for (let i = 1000; i < 1010; i++) add(i)
round('after ten more silences')
round('then')
