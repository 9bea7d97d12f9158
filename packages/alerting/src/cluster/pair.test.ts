import { expect, test } from 'vitest'
import { playPair } from '../testing/pair-timeline.ts'

/** Two Weirs with the same alerts: `a` has the first turn, `b` waits 15 s for it. */
const CONFIG = `
route: {receiver: hook, group_by: [team], group_wait: 10s, group_interval: 60s, repeat_interval: 10m}
receivers: [{name: hook, webhook_configs: [{url: 'http://r/hook'}]}]
`

test.each([
  [
    'both are there: each change is told once, by the first',
    `
    20      push X{team="t"}
    30..31  hear a hook firing X
    100     push Y{team="t"}
    150..151 hear a hook firing X Y
    200     end  X{team="t"}
    210..211 hear a hook firing X! Y
    300     end  Y{team="t"}
    330..331 hear a hook resolved Y!
    900     over
    `,
  ],
  [
    'repeat_interval is counted from who told last',
    `
    20      push X{team="t"}
    30..31  hear a hook firing X
    300     kill a
    630..631 hear b hook firing X
    700     start a
    720     push@a X{team="t"}
    1245..1320 hear a hook firing X
    1500    over
    `,
  ],
  [
    'the first is dead before: the second tells after its wait, later without one',
    `
    19      kill a
    20      push@b X{team="t"}
    45..46  hear b hook firing X
    400     push@b Z{team="z"}
    410..411 hear b hook firing Z
    500     over
    `,
  ],
  [
    'the first dies between taking a notification and telling it',
    `
    20      down a
    20      push X{team="t"}
    32      kill a
    45..46  hear b hook firing X
    60      up a
    61      start a               # it finds the notification in its outbox, and in the log that it was told
    200     over
    `,
  ],
  [
    'the first tells, dies, and the second tells the end',
    `
    20      push X{team="t"}
    30..31  hear a hook firing X
    60      kill a
    70      end@b X{team="t"}
    105..106 hear b hook resolved X!
    300     over
    `,
  ],
  [
    'the first cannot reach the receiver, the second can',
    `
    15      down a
    20      push X{team="t"}
    45..46  hear b hook firing X
    60      up a
    400     over
    `,
  ],
  [
    'the receiver is away for both: one of them tells when it is back',
    `
    15      down
    20      push X{team="t"}
    100     up b
    100..200 hear b hook firing X
    240     up a
    500     over
    `,
  ],
  [
    'they are parted: both tell; healed: nothing is told again',
    `
    19      cut
    20      push X{team="t"}
    30..31  hear a hook firing X
    45..46  hear b hook firing X
    100     mend
    120     end X{team="t"}
    150..151 hear a hook resolved X!
    700     over
    `,
  ],
  [
    'answers get lost: nothing is told twice',
    `
    15      lossy
    20      push X{team="t"}
    30..31  hear a hook firing X
    70      push Y{team="t"}
    90..91  hear a hook firing X Y
    400     over
    `,
  ],
  [
    'a new one does not repeat what was told',
    `
    5       kill b
    20      push X{team="t"}
    30..31  hear a hook firing X
    100     start b
    101     push@b X{team="t"}
    300     kill a
    320     end@b X{team="t"}
    330..420 hear b hook resolved X!
    500     over
    `,
  ],
  [
    'a silence made with one holds back both, and its end counts for both',
    `
    10      silence b X{team="t"}
    20      push X{team="t"}
    110     unsilence a
    150..151 hear a hook firing X
    300     over
    `,
  ],
  [
    'what is acknowledged with one is repeated by none',
    `
    20      push X{team="t"}
    30..31  hear a hook firing X
    60      ack b X
    1500    over
    `,
  ],
  [
    'maintenance planned with one, while they are parted, holds back both; taking it back counts for both',
    `
    5       cut
    10      maintain b X{team="t"}
    12      mend
    20      push X{team="t"}
    310     unmaintain a
    330..331 hear a hook firing X
    500     kill b
    510     start b               # it has missed nothing, and brings nothing back
    560     push Y{team="t"}
    570..571 hear a hook firing X Y
    800     over
    `,
  ],
  [
    'clocks differ by seconds, and by an hour',
    `
    1       skew b 5
    20      push X{team="t"}
    30..31  hear a hook firing X
    80      end X{team="t"}
    90..91  hear a hook resolved X!
    500     skew b -3600
    520     push Y{team="u"}
    530..531 hear a hook firing Y
    600     silence b Z{team="v"}
    601     unsilence a
    610     push Z{team="v"}
    620..621 hear a hook firing Z
    900     over
    `,
  ],
  [
    'one sees the end a little later: it does not tell that it fires again',
    `
    20      push X{team="t"}
    30..31  hear a hook firing X
    85      end@a X{team="t"}
    90..91  hear a hook resolved X!
    110     end@b X{team="t"}
    400     over
    `,
  ],
  [
    'one has lost sight of it: the other tells that it fires on',
    `
    20      push X{team="t"}
    30..31  hear a hook firing X
    85      end@a X{team="t"}
    90..91  hear a hook resolved X!
    220..286 hear b hook firing X
    290     over
    `,
  ],
  [
    'the receiver is slow with the first: at worst it is told twice',
    `
    19      slow a 20
    20      push X{team="t"}
    45..46  hear b hook firing X
    50..51  hear a hook firing X
    400     over
    `,
  ],
])('%s', async (_, script) => {
  expect(await playPair(CONFIG, script)).toEqual([])
})
