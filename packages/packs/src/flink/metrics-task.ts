/** What tasks and operators say: records, time, watermarks, connectors, state. */
import { LABELS, type Row, type Table } from './metric-table.ts'

/** Counters that come with a rate per second, of tasks and of operators. */
function counted(name: string, unit: string, help: string, normal = ''): Row[] {
  return [
    [name, 'counter', unit, `${help} Begins anew with each attempt of the task.`, normal],
    [`${name}PerSecond`, 'meter', `${unit}/s`, `${help} Mean rate of the last minute.`, normal],
  ]
}

/** Kept by tasks and by operators alike: do not add the two. */
const BOTH: readonly Row[] = [
  ...counted('numRecordsIn', 'records', 'Records that came in.', 'As many as the source delivers.'),
  ...counted('numRecordsOut', 'records', 'Records that went out.'),
  ...counted('numBytesIn', 'bytes', 'Bytes that came in.'),
  ...counted('numBytesOut', 'bytes', 'Bytes that went out.'),
  [
    'numLateRecordsDropped',
    'counter',
    'records',
    'Records that came after their window was closed, and were dropped.',
    'Stands still.',
  ],
  [
    'currentInputWatermark',
    'gauge',
    'ms since 1970',
    'The lowest watermark of all inputs; -9223372036854775808 before the first one.',
    'Moves on steadily.',
  ],
  ['startedMaterialization', 'counter', 'times', 'Materialisations of a changelog that began.'],
  ['completedMaterialization', 'counter', 'times', 'Those that were completed.'],
  ['failedMaterialization', 'counter', 'times', 'Those that failed.', 'Stands still.'],
  ['lastDurationOfMaterialization', 'gauge', 'ms', 'How long the last one took.'],
  ['lastFullSizeOfMaterialization', 'gauge', 'bytes', 'Whole size of the last one.'],
  ['lastIncSizeOfMaterialization', 'gauge', 'bytes', 'What was new in the last one.'],
  ['lastFullSizeOfNonMaterialization', 'gauge', 'bytes', 'Changelog that is not materialised.'],
  ['lastIncSizeOfNonMaterialization', 'gauge', 'bytes', 'What was new of it.'],
]

const NETTY_IN = ['numBytesInLocal', 'numBytesInRemote', 'numBuffersInLocal', 'numBuffersInRemote']

const TASK_ROWS: readonly Row[] = [
  ...counted('numBuffersOut', 'buffers', 'Network buffers that went out.'),
  ...counted('numFiredTimers', 'timers', 'Timers that fired.'),
  ['initializationTime', 'counter', 'ms', 'How long start and restore took.'],
  [
    'mailboxMailsPerSecond',
    'meter',
    'mails/s',
    "What the task's main thread does besides records.",
  ],
  ['mailboxLatencyMs', 'histogram', 'ms', 'How long such work waits.', 'Milliseconds.'],
  ['mailboxQueueSize', 'gauge', 'mails', 'How much of it waits.', 'Near 0.'],
]

const PRESSURE_ROWS: readonly Row[] = [
  ['isBackPressured', 'gauge', 'yes or no', 'Whether the task waits for the one after it.', '0.'],
  [
    'backPressuredTimeMsPerSecond',
    'gauge',
    'ms/s',
    'How much of each second the task waited for the one after it.',
    'Below 100. The cause is the first task downstream that is busy and not back-pressured.',
  ],
  ['softBackPressuredTimeMsPerSecond', 'gauge', 'ms/s', 'The part in which it could go on slowly.'],
  ['hardBackPressuredTimeMsPerSecond', 'gauge', 'ms/s', 'The part in which it stood still.', '0.'],
  ['maxSoftBackPressureTimeMs', 'gauge', 'ms', 'Longest stretch of the soft kind.'],
  ['maxHardBackPressureTimeMs', 'gauge', 'ms', 'Longest stretch of the hard kind.'],
  [
    'busyTimeMsPerSecond',
    'gauge',
    'ms/s',
    'How much of each second the task worked; NaN for sources of the old kind.',
    'Near 1000 for long means that this task is the bottleneck.',
  ],
  ['changelogBusyTimeMsPerSecond', 'gauge', 'ms/s', 'Work of the changelog state backend.'],
  ['idleTimeMsPerSecond', 'meter', 'ms/s', 'How much of each second it had nothing to do.'],
  ['accumulateBusyTimeMs', 'gauge', 'ms', 'Busy time of this attempt.'],
  ['accumulateBackPressuredTimeMs', 'gauge', 'ms', 'Back-pressured time of this attempt.'],
  ['accumulateIdleTimeMs', 'gauge', 'ms', 'Idle time of this attempt.'],
]

const LATENCY: Row = [
  'latency_source_id_operator_id_operator_subtask_index_latency',
  'histogram',
  'ms',
  'From a source to this operator, by markers that pass records by. Off unless metrics.latency.interval is set; it costs.',
]

/** By these a job of Dagger is known; the pack `dagger` has the rest. */
const DAGGER_MARKS: readonly Row[] = [
  [
    'sink_type_value',
    'gauge',
    '1',
    'Of a job of Dagger: which sink it has, in the label sink_type.',
  ],
  [
    'source_metricId_total_external_calls',
    'meter',
    'calls/s',
    'Of a job of Dagger: calls of external systems.',
  ],
]

export const TASK_TABLES: readonly Table[] = [
  {
    group: 'Records and bytes',
    prefix: 'taskmanager_job_task_',
    labels: LABELS.task,
    rows: [...BOTH, ...TASK_ROWS],
  },
  {
    group: 'Records and bytes',
    prefix: 'taskmanager_job_task_operator_',
    labels: LABELS.operator,
    rows: BOTH,
  },
  {
    group: 'Back pressure',
    prefix: 'taskmanager_job_task_',
    labels: LABELS.task,
    rows: PRESSURE_ROWS,
  },
  {
    group: 'Latency markers',
    prefix: 'taskmanager_job_task_',
    labels: `${LABELS.task} source_id operator_id operator_subtask_index`,
    rows: [LATENCY],
  },
  {
    group: 'Latency markers',
    prefix: 'taskmanager_job_',
    labels: `${LABELS.taskmanagerJob} source_id operator_id operator_subtask_index`,
    rows: [[LATENCY[0], LATENCY[1], LATENCY[2], LATENCY[3], '', 'older ones']],
  },
  {
    group: 'Checkpoints of tasks',
    prefix: 'taskmanager_job_task_',
    labels: LABELS.task,
    rows: [
      [
        'checkpointAlignmentTime',
        'gauge',
        'ns',
        'How long the last barrier alignment took.',
        'Small; grows with back pressure and skew.',
      ],
      [
        'checkpointStartDelayNanos',
        'gauge',
        'ns',
        'From trigger to the first barrier at the task.',
        'Small; high everywhere is back pressure, high on one subtask is skew.',
      ],
    ],
  },
  {
    group: 'Checkpoints of tasks',
    prefix: 'taskmanager_job_',
    labels: LABELS.taskmanagerJob,
    rows: [
      ['fileMerging_logicalFileCount', 'gauge', 'files', 'Logical files of merged checkpoints.'],
      ['fileMerging_logicalFileSize', 'gauge', 'bytes', 'Their size.'],
      ['fileMerging_physicalFileCount', 'gauge', 'files', 'Real files.'],
      ['fileMerging_physicalFileSize', 'gauge', 'bytes', 'Their size.'],
      ['numberOfUploadRequests', 'counter', 'requests', 'Uploads of the changelog.'],
      ['numberOfUploadFailures', 'counter', 'requests', 'Those that failed.', 'Stands still.'],
      ['attemptsPerUpload', 'histogram', 'attempts', 'Attempts an upload took.'],
      ['totalAttemptsPerUpload', 'histogram', 'attempts', 'Parallel attempts included.'],
      ['uploadBatchSizes', 'histogram', 'requests', 'Requests in an upload.'],
      ['uploadLatenciesNanos', 'histogram', 'ns', 'How long uploads took.'],
      ['uploadSizes', 'histogram', 'bytes', 'How large they were.'],
      ['uploadQueueSize', 'gauge', 'requests', 'What waits to be uploaded.'],
    ],
  },
  {
    group: 'Watermarks and event time',
    prefix: 'taskmanager_job_task_operator_',
    labels: LABELS.operator,
    rows: [
      ['currentInput<n>Watermark', 'gauge', 'ms since 1970', 'Watermark of one of the inputs.'],
      ['currentOutputWatermark', 'gauge', 'ms since 1970', 'Watermark that the operator sent on.'],
      ['watermarkAlignmentDrift', 'gauge', 'ms', 'How far a source is ahead of its group.'],
      [
        'watermarkLag',
        'gauge',
        'ms',
        "How far a source's watermark is behind the clock.",
        'Its allowed lateness and a little more.',
      ],
      [
        'currentEmitEventTimeLag',
        'gauge',
        'ms',
        "Clock less the last record's time when the source gave it on; -1 without event time.",
        'Seconds.',
      ],
      [
        'currentFetchEventTimeLag',
        'gauge',
        'ms',
        "Clock less the last record's time when it was fetched.",
        'Seconds; what lies between fetch and emit is waiting inside Flink.',
      ],
      ['sourceIdleTime', 'gauge', 'ms', 'Since the last record of a source.'],
      ['split_watermark_currentWatermark', 'gauge', 'ms since 1970', 'Watermark of a split.'],
      ['split_watermark_activeTimeMsPerSecond', 'gauge', 'ms/s', 'Split at work.'],
      ['split_watermark_pausedTimeMsPerSecond', 'gauge', 'ms/s', 'Split held back by alignment.'],
      ['split_watermark_idleTimeMsPerSecond', 'gauge', 'ms/s', 'Split without records.'],
      ['split_watermark_accumulatedActiveTimeMs', 'gauge', 'ms', 'The same in all.'],
      ['split_watermark_accumulatedPausedTimeMs', 'gauge', 'ms', 'The same in all.'],
      ['split_watermark_accumulatedIdleTimeMs', 'gauge', 'ms', 'The same in all.'],
    ],
  },
  {
    group: 'Sources and sinks',
    prefix: 'taskmanager_job_task_operator_',
    labels: LABELS.operator,
    rows: [
      [
        'pendingRecords',
        'gauge',
        'records',
        'What waits in the source system for this subtask: the lag. Absent until a record was read.',
        'Near 0, or rising and falling; one that only rises means that the job is too slow.',
        '1.14 and later (sources of FLIP-27)',
      ],
      ['pendingBytes', 'gauge', 'bytes', 'The same in bytes.'],
      ['numRecordsInErrors', 'counter', 'records', 'Records a source could not read.', '0.'],
      ['numSplitsProcessed', 'gauge', 'splits', 'Splits that were done.'],
      ['numRecordsSend', 'counter', 'records', 'Records a sink sent.'],
      ['numBytesSend', 'counter', 'bytes', 'Bytes a sink sent.'],
      ['numRecordsSendErrors', 'counter', 'records', 'Records a sink could not send.', '0.'],
      [
        'numRecordsOutErrors',
        'counter',
        'records',
        'The older name of numRecordsSendErrors; both are sent.',
        '0.',
      ],
      ['currentSendTime', 'gauge', 'ms', 'How long the last record took to be sent.'],
      ['pendingCommittables', 'gauge', 'committables', 'What waits to be committed.', 'Near 0.'],
      ['totalCommittables', 'counter', 'committables', 'Commits asked for.'],
      ['successfulCommittables', 'counter', 'committables', 'Commits done.'],
      ['alreadyCommittedCommittables', 'counter', 'committables', 'Commits that were done before.'],
      ['failedCommittables', 'counter', 'committables', 'Commits that failed.', '0.'],
      ['retriedCommittables', 'counter', 'committables', 'Commits tried again.', 'Near 0.'],
    ],
  },
  {
    group: 'Network of tasks',
    prefix: 'taskmanager_job_task_',
    labels: LABELS.task,
    rows: [
      ...NETTY_IN.flatMap((name) =>
        counted(name, name.includes('Bytes') ? 'bytes' : 'buffers', 'Older name.'),
      ),
      ...NETTY_IN.flatMap((name) =>
        counted(
          `Shuffle_Netty_Input_${name}`,
          name.includes('Bytes') ? 'bytes' : 'buffers',
          'What came in over the network, from this process or another one.',
        ),
      ),
      ['Shuffle_Netty_Input_Buffers_inputQueueLength', 'gauge', 'buffers', 'Buffers that wait.'],
      ['Shuffle_Netty_Input_Buffers_inputQueueSize', 'gauge', 'bytes', 'Bytes that wait.'],
      [
        'Shuffle_Netty_Input_Buffers_inPoolUsage',
        'gauge',
        'ratio',
        'How full the input buffers are.',
        'Near 1 on the task that is the bottleneck.',
      ],
      [
        'Shuffle_Netty_Input_Buffers_inputFloatingBuffersUsage',
        'gauge',
        'ratio',
        'How full those that channels share are.',
      ],
      [
        'Shuffle_Netty_Input_Buffers_inputExclusiveBuffersUsage',
        'gauge',
        'ratio',
        'How full those of single channels are.',
      ],
      ['Shuffle_Netty_Output_Buffers_outputQueueLength', 'gauge', 'buffers', 'Buffers to send.'],
      ['Shuffle_Netty_Output_Buffers_outputQueueSize', 'gauge', 'bytes', 'Bytes to send.'],
      [
        'Shuffle_Netty_Output_Buffers_outPoolUsage',
        'gauge',
        'ratio',
        'How full the output buffers are; above 1 with overdraft.',
        'Near 1 means back pressure.',
      ],
      [
        'Shuffle_Netty_<gate>QueueLen',
        'gauge',
        'buffers',
        'Queue of one gate, with taskmanager.network.detailed-metrics.',
      ],
      ['buffers_inputQueueLength', 'gauge', 'buffers', 'Older name.', '', 'until 1.x'],
      ['buffers_outputQueueLength', 'gauge', 'buffers', 'Older name.', '', 'until 1.x'],
      ['buffers_inPoolUsage', 'gauge', 'ratio', 'Older name.', '', 'until 1.x'],
      ['buffers_outPoolUsage', 'gauge', 'ratio', 'Older name.', '', 'until 1.x'],
      ['estimatedTimeToConsumeBuffersMs', 'gauge', 'ms', 'How long what waits will take.'],
      ['debloatedBufferSize', 'gauge', 'bytes', 'Size that buffer debloating has chosen.'],
    ],
  },
  {
    group: 'State',
    prefix: 'taskmanager_job_task_operator_',
    labels: LABELS.operator,
    rows: [
      [
        '<state>_rocksdb_<property>',
        'gauge',
        'as RocksDB has it',
        "A property of a state's column family: estimate_num_keys, total_sst_files_size, compaction_pending, is_write_stopped, … Each is switched on by state.backend.rocksdb.metrics.*.",
        'is_write_stopped, background_errors: 0.',
      ],
      ['rocksdb_block_cache_hit', 'gauge', 'blocks', 'Blocks found in the cache.'],
      ['rocksdb_block_cache_miss', 'gauge', 'blocks', 'Blocks read from disk.'],
      ['rocksdb_bytes_read', 'gauge', 'bytes', 'Bytes read.'],
      ['rocksdb_bytes_written', 'gauge', 'bytes', 'Bytes written.'],
      ['rocksdb_iter_bytes_read', 'gauge', 'bytes', 'Bytes read by iterators.'],
      ['rocksdb_compaction_read_bytes', 'gauge', 'bytes', 'Bytes that compaction read.'],
      ['rocksdb_compaction_write_bytes', 'gauge', 'bytes', 'Bytes that compaction wrote.'],
      ['rocksdb_stall_micros', 'gauge', 'µs', 'How long writers had to wait.', 'Stands still.'],
      [
        'state_name_<kind>Latency',
        'histogram',
        'ns',
        'How long access to a state takes: valueStateGetLatency, mapStatePutLatency, … Off unless state.latency-track.keyed-state-enabled is set.',
        'Microseconds.',
      ],
      [
        'state_name_<kind>Size',
        'histogram',
        'bytes',
        'Size of keys and values of a state.',
        '',
        '2.1 and later',
      ],
      ['forst_fileCache_hit', 'counter', 'files', "Found in ForSt's cache."],
      ['forst_fileCache_miss', 'counter', 'files', 'Not found in it.'],
      ['forst_fileCache_usedBytes', 'gauge', 'bytes', 'What the cache holds.'],
      ['forst_fileCache_remainingBytes', 'gauge', 'bytes', 'What it has left.'],
      ['asyncStateProcessing_numInFlightRecords', 'gauge', 'records', 'Records under way.'],
      ['asyncStateProcessing_activeBufferSize', 'gauge', 'records', 'Records that can go on.'],
      ['asyncStateProcessing_blockingBufferSize', 'gauge', 'records', 'Records that wait.'],
      ['asyncStateProcessing_numBlockingKeys', 'gauge', 'keys', 'Keys that others wait for.'],
    ],
  },
  {
    group: 'Dagger',
    prefix: 'taskmanager_job_task_operator_',
    labels: LABELS.operator,
    rows: DAGGER_MARKS,
  },
]
