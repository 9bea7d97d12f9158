/** What somebody who runs the cluster wants to be told. */
import type { PackAlert } from '../pack.ts'
import { jobAlerts } from './job-rules.ts'
import { PLATFORM } from './signals.ts'

const platform = { pipeline: PLATFORM } as const
const TM = 'TaskManager {{ $labels.tm_id }} on {{ $labels.host }}'

const CLUSTER_ALERTS: readonly PackAlert[] = [
  {
    ...platform,
    name: 'FlinkJobManagerLost',
    expr: 'time() - flink:jobmanager_seen_time_seconds > 90',
    forText: '30s',
    severity: 'critical',
    stage: 'jobmanager',
    summary: 'No Flink JobManager answers since {{ $value | humanizeDuration }}',
    description:
      'Nothing is restarted and no checkpoint taken while this lasts. Ends after a day when Flink was taken away.',
    runbook:
      'Is the process or pod up? Its log, then memory and disk. With high availability another one should have taken over: look at ZooKeeper or the config maps. Metrics only: is the reporter on, does the port still answer?',
  },
  {
    ...platform,
    name: 'FlinkNoTaskManagers',
    expr: 'flink:task_managers == 0 and on () count(flink:job_running:bool or flink:dagger_job_time_seconds) > 0',
    forText: '1m',
    severity: 'critical',
    stage: 'taskmanagers',
    summary: 'No TaskManager is registered and jobs wait',
    description: 'No job can run.',
    runbook:
      'Do TaskManagers start (pods pending, quota, image)? Do they reach the JobManager (jobmanager.rpc.address, network policy)?',
  },
  {
    ...platform,
    name: 'FlinkTaskManagerLost',
    expr: 'max_over_time(flink:task_managers[15m]) - flink:task_managers',
    threshold: { op: '>', value: 0, unit: 'processes', by: 'job' },
    forText: '2m',
    severity: 'warning',
    stage: 'taskmanagers',
    summary: '{{ printf "%.0f" $value }} TaskManager(s) fewer than a quarter of an hour ago',
    description: 'Its tasks restart elsewhere if there are free slots.',
    runbook:
      'Out of memory (exit code 137: raise the process memory, not the heap), an evicted pod, a machine that went. Taken away on purpose or by an autoscaler: nothing to do, the alert ends by itself.',
  },
  {
    ...platform,
    name: 'FlinkNoFreeSlots',
    expr: 'flink:free_slots == 0 and on () count(flink:job_running:bool == 0) > 0',
    forText: '5m',
    severity: 'warning',
    stage: 'taskmanagers',
    summary: 'No slot is free and a job waits',
    description: 'None free is well as long as every job runs; here one does not.',
    runbook: 'Add TaskManagers, or lower the parallelism of something.',
  },
  {
    ...platform,
    name: 'FlinkTaskManagersPending',
    expr: 'flink:pending_task_managers',
    threshold: { op: '>', value: 0, unit: 'processes', by: 'job' },
    forText: '5m',
    severity: 'warning',
    stage: 'taskmanagers',
    summary: '{{ printf "%.0f" $value }} TaskManager(s) were asked for and do not come',
    description: 'Kubernetes or YARN has no room, or cannot start them.',
    runbook: 'Look at the pending pods or containers: quota, resources, image.',
  },
  {
    ...platform,
    name: 'FlinkTaskManagerHeapHigh',
    expr: 'flink:taskmanager_heap:ratio',
    threshold: { op: '>', value: 0.9, unit: 'ratio', by: 'tm_id' },
    forText: '10m',
    severity: 'warning',
    stage: 'taskmanagers',
    summary: `Heap of ${TM} is {{ $value | humanizePercentage }} full`,
    description: 'For 10 minutes. With little garbage collection it may still be well.',
    runbook:
      'Is time in garbage collection high too? Then give it more heap, or take less: smaller windows, state in RocksDB, fewer slots.',
  },
  {
    ...platform,
    name: 'FlinkJobManagerHeapHigh',
    expr: 'flink:jobmanager_heap:ratio',
    threshold: { op: '>', value: 0.9, unit: 'ratio', by: 'host' },
    forText: '10m',
    severity: 'warning',
    stage: 'jobmanager',
    summary:
      'Heap of the JobManager on {{ $labels.host }} is {{ $value | humanizePercentage }} full',
    description: 'For 10 minutes.',
    runbook:
      'Raise jobmanager.memory.process.size; many jobs or many retained checkpoints take heap.',
  },
  {
    ...platform,
    name: 'FlinkGarbageCollection',
    expr: 'flink:taskmanager_gc:ratio',
    threshold: { op: '>', value: 0.1, unit: 'ratio', by: 'tm_id' },
    forText: '5m',
    severity: 'warning',
    stage: 'taskmanagers',
    summary: `${TM} spends {{ $value | humanizePercentage }} of its time in garbage collection`,
    description: 'Usual is below 5 %. Heartbeats may time out next.',
    runbook: 'More heap, or less on it: see FlinkTaskManagerHeapHigh.',
  },
  {
    ...platform,
    name: 'FlinkMetaspaceFull',
    expr: 'flink:taskmanager_metaspace:ratio',
    threshold: { op: '>', value: 0.95, unit: 'ratio', by: 'tm_id' },
    forText: '10m',
    severity: 'warning',
    stage: 'taskmanagers',
    summary: `Metaspace of ${TM} is {{ $value | humanizePercentage }} full`,
    description: 'At its bound the TaskManager ends. Mostly classes of jobs that were cancelled.',
    runbook:
      'Restart the TaskManager; put drivers into lib/ instead of the job; raise taskmanager.memory.jvm-metaspace.size.',
  },
  {
    ...platform,
    name: 'FlinkNetworkMemoryShort',
    expr: 'flink:network_memory_requested:percent',
    threshold: { op: '>', value: 100, unit: '%', by: 'tm_id' },
    forText: '10m',
    severity: 'warning',
    stage: 'taskmanagers',
    summary: `Tasks on ${TM} ask for {{ printf "%.0f" $value }} % of its network memory`,
    description: 'They get fewer buffers than they want, which slows exchange.',
    runbook: 'Raise taskmanager.memory.network.fraction or max, or lower the parallelism.',
  },
  {
    ...platform,
    name: 'FlinkFileDescriptorsShort',
    expr: 'flink:taskmanager_files:ratio',
    threshold: { op: '>', value: 0.9, unit: 'ratio', by: 'tm_id' },
    forText: '5m',
    severity: 'warning',
    stage: 'taskmanagers',
    summary: `${TM} has {{ $value | humanizePercentage }} of its file descriptors open`,
    description: 'RocksDB and connections need them; at the bound tasks fail.',
    runbook: 'Raise the limit (ulimit -n), bound RocksDB by state.backend.rocksdb.files.open.',
  },
  {
    ...platform,
    name: 'FlinkCpuHigh',
    expr: 'flink:taskmanager_cpu:ratio',
    threshold: { op: '>', value: 0.95, unit: 'ratio', by: 'tm_id' },
    forText: '15m',
    severity: 'warning',
    stage: 'taskmanagers',
    summary: `${TM} uses {{ $value | humanizePercentage }} of the CPU`,
    description: 'For 15 minutes.',
    runbook: 'Well while a job catches up. Else more cores, more TaskManagers, cheaper operators.',
  },
]

export const ALERTS: readonly PackAlert[] = [...jobAlerts('flink'), ...CLUSTER_ALERTS]
