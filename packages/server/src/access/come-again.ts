import { type ErrorCode, WeirError } from '@weir/model'

/** A refusal that says when it will be another answer. */
export class ComeAgainError extends WeirError {
  readonly retryAfterSeconds: number

  constructor(code: ErrorCode, message: string, retryAfterSeconds: number) {
    super(code, message)
    this.retryAfterSeconds = retryAfterSeconds
  }
}
