import { expect, test } from 'vitest'
import { Passwords } from './passwords.ts'

const hashOf = (cost: string): string => `$2y$${cost}$${'a'.repeat(53)}`
const USERS = new Map([
  ['cheap', hashOf('04')],
  ['usual', hashOf('10')],
  ['dear', hashOf('12')],
])
const costOf = (hash: string): number => 2 ** Number(hash.slice(4, 6))

test.each(['cheap', 'usual', 'dear', 'nobody'])(
  'a wrong password of %s costs as much',
  async (user) => {
    let cost = 0
    const passwords = new Passwords(async (_, hash) => {
      cost += costOf(String(hash))
      return false
    })
    expect(await passwords.check(USERS, { user, password: 'x' })).toBe(false)
    expect(cost).toBe(2 ** 12)
  },
)

test('a right one costs what its hash says, once', async () => {
  const costs: number[] = []
  const passwords = new Passwords(async (_, hash) => {
    costs.push(costOf(String(hash)))
    return true
  })
  const said = { user: 'usual', password: 'x' }
  const answers = [await passwords.check(USERS, said), await passwords.check(USERS, said)]
  expect([answers, costs]).toEqual([[true, true], [2 ** 10]])
})

test('who comes from a familiar place does not stand behind strangers, nor is he turned away for them', async () => {
  const order: string[] = []
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const passwords = new Passwords(async (password) => {
    await opened
    order.push(String(password))
    return false
  })
  const users = new Map([['ann', hashOf('10')]])
  const ask = (password: string, isFamiliar: boolean): Promise<boolean> =>
    passwords.check(users, { user: 'ann', password }, isFamiliar)
  const asked = Array.from({ length: 33 }, (_, i) => ask(`s${i}`, false))
  await expect(ask('one more', false)).rejects.toThrow(/32 wait already/)
  asked.push(ask('known', true))
  open()
  await Promise.all(asked)
  expect(order.slice(0, 3)).toEqual(['s0', 'known', 's1'])
})
