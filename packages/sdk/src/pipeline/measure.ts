/** How a call ended. */
export interface CallObserver<Args extends readonly unknown[], Result> {
  readonly succeeded: (args: Args, result: Result, durationMs: number) => void
  readonly failed: (args: Args, error: unknown, durationMs: number) => void
}

/**
 * The function, measured: same arguments, same result, same error, sync stays sync. A promise is
 * measured until it settles. What the observer throws stays with the observer.
 */
export function measured<Args extends readonly unknown[], Result>(
  call: (...args: Args) => Result,
  monotonic: () => number,
  observer: CallObserver<Args, Awaited<Result>>,
): (...args: Args) => Result {
  return (...args) => {
    const start = monotonic()
    const succeed = (result: Awaited<Result>): void => {
      const durationMs = monotonic() - start
      safely(() => observer.succeeded(args, result, durationMs))
    }
    const fail = (error: unknown): void => {
      const durationMs = monotonic() - start
      safely(() => observer.failed(args, error, durationMs))
    }
    let result: Result
    try {
      result = call(...args)
    } catch (thrown) {
      fail(thrown)
      throw thrown
    }
    if (isPromise(result)) {
      // A branch of its own: the caller's promise is handed on untouched, rejection included.
      void result.then(succeed, fail)
    } else {
      succeed(result as Awaited<Result>)
    }
    return result
  }
}

function isPromise<Result>(value: Result): value is Result & PromiseLike<Awaited<Result>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}

/** Runs what measures. A getter that throws on an odd row costs that one figure, never the row. */
export function safely(measure: () => void): void {
  try {
    measure()
  } catch {
    // Not the pipeline's concern; the figure is missing and nothing else.
  }
}

/** The answer of a caller's function about a row, or nothing when it throws. */
export function asked<Row, Answer>(
  question: ((row: Row) => Answer) | undefined,
  row: Row,
): Answer | undefined {
  if (question === undefined) return undefined
  try {
    return question(row)
  } catch {
    return undefined
  }
}
