import { expect, test } from 'vitest'
import type { QueryFailure, VectorRows, VectorsPart } from '../query/job.ts'
import { type AskVectors, RuleQuestions } from './rule-questions.ts'

const GROUP = { file: 'r.yml', name: 'g' }

/** Answers each expression with its own length; `bad` with an error. */
function answerOf(expr: string): VectorRows | QueryFailure {
  if (expr === 'bad') return { kind: 'failure', code: 'QUERY_EXECUTION', message: 'no' }
  return { kind: 'vector', labels: [['expr', expr]], values: [expr.length] }
}

function stand(): { readonly questions: RuleQuestions; readonly asked: VectorsPart[][] } {
  const asked: VectorsPart[][] = []
  const ask: AskVectors = async (parts) => {
    asked.push([...parts])
    return parts.flatMap(({ exprs }) => exprs.map(answerOf))
  }
  return { questions: new RuleQuestions(ask), asked }
}

const { signal } = new AbortController()

test('what is asked in one turn goes together, and each hears its own answers', async () => {
  const { questions, asked } = stand()
  const [a, b] = await Promise.all([
    questions.queries(['x', 'bad'], 1, signal, GROUP),
    questions.queries(['yy'], 2, signal, GROUP),
  ])
  expect(asked.map((parts) => parts.map(({ exprs, timeMs }) => [timeMs, ...exprs]))).toEqual([
    [
      [1, 'x', 'bad'],
      [2, 'yy'],
    ],
  ])
  expect(a[0]).toMatchObject([{ value: 1 }])
  expect(a[1]).toMatchObject({ message: 'no', code: 'QUERY_EXECUTION' })
  expect(b).toMatchObject([[{ value: 2 }]])
})

test('a thread is asked for no more than some at a time', async () => {
  const { questions, asked } = stand()
  const exprs = Array.from({ length: 100 }, (_, i) => `x${i}`)
  await Promise.all([1, 2, 3, 4].map((timeMs) => questions.queries(exprs, timeMs, signal, GROUP)))
  expect(asked.map(({ length }) => length)).toEqual([2, 2])
})

test('work stops when nobody waits for it any more, not before', async () => {
  const reasons: unknown[] = []
  const hang: AskVectors = (_, gone) =>
    new Promise((_resolve, reject) => {
      gone.addEventListener('abort', () => {
        reasons.push(gone.reason)
        reject(gone.reason as Error)
      })
    })
  const questions = new RuleQuestions(hang)
  const [one, two] = [new AbortController(), new AbortController()]
  const all = Promise.allSettled([
    questions.queries(['x'], 1, one.signal, GROUP),
    questions.queries(['y'], 1, two.signal, GROUP),
  ])
  await new Promise((resolve) => setImmediate(resolve))
  one.abort()
  expect(reasons).toHaveLength(0)
  two.abort()
  expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(reasons).toHaveLength(1)
})
