import { describe, expect, test } from 'vitest'
import { mapLine } from '../testing/map-line.ts'
import { MAPPING } from './mapping.ts'

/** What a line becomes, as `name{labels}`. */
function mapped(line: string): string {
  const found = mapLine(MAPPING, line)
  if (found === undefined) return 'dropped'
  const labels = Object.entries(found.labels).map(([name, value]) => `${name}=${value}`)
  return `${found.name}{${labels.toSorted().join(',')}}`
}

describe('plain StatsD, which has values of labels in names', () => {
  test.each([
    [
      'dkron.scheduler.job_add.nightly_report:1.000000|c',
      'dkron_scheduler_job_add{job=nightly_report}',
    ],
    [
      'dkron.scheduler.job_add.team.nightly.v2:1.000000|c',
      'dkron_scheduler_job_add{job=team.nightly.v2}',
    ],
    ['dkron.scheduler.start:1.000000|c', 'dkron_scheduler_start{}'],
    ['dkron.node1.runtime.num_goroutines:87.000000|g', 'dkron_runtime_num_goroutines{host=node1}'],
    [
      'dkron.a.b.example.com.runtime.alloc_bytes:87.000000|g',
      'dkron_runtime_alloc_bytes{host=a.b.example.com}',
    ],
    [
      'dkron.node1.memberlist.node.instances.alive:3.000000|g',
      'dkron_memberlist_node_instances{host=node1,node_state=alive}',
    ],
    ['dkron.node1.memberlist.health.score:0.000000|g', 'dkron_memberlist_health_score{host=node1}'],
    [
      'dkron.node1.raft.leader.oldestLogAge:12.000000|g',
      'dkron_raft_leader_oldestLogAge{host=node1}',
    ],
    ['dkron.grpc.execution_done:3.214000|ms', 'dkron_grpc_execution_done_seconds{}'],
    [
      'dkron.dkron.leader.establish_leadership:3.2|ms',
      'dkron_dkron_leader_establish_leadership_seconds{}',
    ],
    [
      'dkron.agent.event_received.member-join:1.000000|c',
      'dkron_agent_event_received_member_join{}',
    ],
    [
      'dkron.agent.event_received.user-event-_deploy_v2:1.000000|c',
      'dkron_agent_event_received_user_event{}',
    ],
    [
      'dkron.agent.event_received.query-_execution-done:1.000000|c',
      'dkron_agent_event_received_query{}',
    ],
    [
      'dkron.raft.replication.appendEntries.logs.node2:1.000000|c',
      'dkron_raft_replication_by_peer{call=appendEntries.logs,peer_id=node2}',
    ],
    ['dkron.memberlist.tcp.accept:1.000000|c', 'dkron_memberlist_tcp_accept{}'],
  ])('%s → %s', (line, want) => {
    expect(mapped(line)).toBe(want)
  })
})

describe('DogStatsD, which cuts the host out and has tags', () => {
  test.each([
    [
      'dkron.scheduler.job_add:1|c|#env:prod,job:nightly_report',
      'dkron_scheduler_job_add{env=prod,job=nightly_report}',
    ],
    [
      'dkron.runtime.num_goroutines:87|g|#env:prod,host:node1',
      'dkron_runtime_num_goroutines{env=prod,host=node1}',
    ],
    [
      'dkron.memberlist.node.instances:3|g|#node_state:alive',
      'dkron_memberlist_node_instances{node_state=alive}',
    ],
    // The node is not called as its host: the host stays in the name.
    [
      'dkron.node1.runtime.sys_bytes:87|g|#env:prod',
      'dkron_runtime_sys_bytes{env=prod,host=node1}',
    ],
  ])('%s → %s', (line, want) => {
    expect(mapped(line)).toBe(want)
  })
})

test('what is typed as milliseconds but is no time is not divided by 1,000', () => {
  const scaled = MAPPING.mappings.filter(({ scale }) => scale === 1000).map(({ match }) => match)
  expect(scaled.toSorted()).toEqual([
    'dkron.memberlist.queue.broadcasts',
    'dkron.memberlist.size.remote',
    'dkron.raft.fsm.applyBatchNum',
    'dkron.raft.thread.fsm.saturation',
    'dkron.raft.thread.main.saturation',
    'dkron.runtime.gc_pause_ns',
    'dkron.serf.msgs.received',
    'dkron.serf.msgs.sent',
    'dkron.serf.queue.Event',
    'dkron.serf.queue.Intent',
    'dkron.serf.queue.Query',
  ])
})
