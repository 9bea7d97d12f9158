/** What the push gateway reporter of a Flink sends of a job: a page where everything is a gauge. */

type Labels = Readonly<Record<string, string>>

/** Seconds that the job has run when the demo begins. */
const RUNNING_S = 10_800
const CHECKPOINT_S = 30
const HOST = 'taskmanager-1'
const JOB = { job_id: '7ac3f0d2b1e84b6f9d2c5a1e0b7f4c68', job_name: 'clickstream' }

/** Its tasks, names as the reporter writes them, and what each takes and gives per second. */
const TASKS = [
  { task: 'Source:_clicks____Parse', takes: 0, gives: 900, busyMs: 310 },
  { task: 'Enrich____Filter_bots', takes: 900, gives: 820, busyMs: 480 },
  { task: 'Sessionize____sessions:_Writer', takes: 820, gives: 0, busyMs: 390 },
] as const

/** Second `t` of the demo. */
export function flinkPage(t: number, nowMs: number): string {
  return [...clusterLines(), ...jobLines(t, nowMs), ...taskLines(t), ...operatorLines(t)].join('')
}

function gauge(name: string, labels: Labels, value: number): string {
  const text = Object.entries(labels).map(([label, of]) => `${label}=${JSON.stringify(of)}`)
  return `# TYPE flink_${name} gauge\nflink_${name}{${text.join(',')}} ${value}\n`
}

function clusterLines(): string[] {
  const figures = {
    numRegisteredTaskManagers: 2,
    numPendingTaskManagers: 0,
    numRunningJobs: 1,
    taskSlotsTotal: 8,
    taskSlotsAvailable: 4,
  }
  return Object.entries(figures).map(([name, value]) =>
    gauge(`jobmanager_${name}`, { host: 'jobmanager' }, value),
  )
}

function jobLines(t: number, nowMs: number): string[] {
  const since = (t % CHECKPOINT_S) * 1000
  const completed = Math.floor((RUNNING_S + t) / CHECKPOINT_S)
  const figures = {
    uptime: (RUNNING_S + t) * 1000,
    runningTime: (RUNNING_S + t) * 1000,
    numRestarts: 0,
    fullRestarts: 0,
    totalNumberOfCheckpoints: completed,
    numberOfCompletedCheckpoints: completed,
    numberOfFailedCheckpoints: 0,
    lastCheckpointDuration: 420 + 30 * (completed % 5),
    lastCheckpointSize: 18_000_000 + 40_000 * (completed % 9),
    lastCheckpointCompletedTimestamp: nowMs - since,
  }
  return Object.entries(figures).map(([name, value]) =>
    gauge(`jobmanager_job_${name}`, { host: 'jobmanager', ...JOB }, value),
  )
}

/** All that has passed at so many per second, in a slow wave. */
function passed(perSecond: number, t: number): number {
  return Math.round(perSecond * (RUNNING_S + t + 5 * Math.sin(t / 40)))
}

function taskLabels(task: string): Labels {
  return { host: HOST, ...JOB, task_name: task, task_attempt_num: '0', subtask_index: '0' }
}

function taskLines(t: number): string[] {
  return TASKS.flatMap(({ task, takes, gives, busyMs }) => {
    const labels = taskLabels(task)
    return [
      gauge('taskmanager_job_task_numRecordsIn', labels, passed(takes, t)),
      gauge('taskmanager_job_task_numRecordsOut', labels, passed(gives, t)),
      gauge('taskmanager_job_task_busyTimeMsPerSecond', labels, busyMs + 20 * (t % 3)),
    ]
  })
}

function operatorLines(t: number): string[] {
  const [first, , last] = TASKS
  const source = { ...taskLabels(first.task), operator_name: 'Source:_clicks' }
  const writer = { ...taskLabels(last.task), operator_name: 'sessions:_Writer' }
  const operator = (name: string): string => `taskmanager_job_task_operator_${name}`
  return [
    gauge(operator('numRecordsOut'), source, passed(first.gives, t)),
    gauge(operator('numRecordsInErrors'), source, 0),
    gauge(operator('pendingRecords'), source, 150 + 40 * (t % 4)),
    gauge(operator('currentEmitEventTimeLag'), source, 240 + 15 * (t % 6)),
    gauge(operator('numRecordsIn'), writer, passed(260, t)),
    gauge(operator('numRecordsSend'), writer, passed(260, t)),
  ]
}
