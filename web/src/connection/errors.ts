// Why a call failed. Numbers: docs/ERRORS.md; below 100 they are the client's own, and then nobody knows
// whether the server did it: only a repetition with the same key tells.

export const Code = {
  unauthorized: 101,
  permissionDenied: 103,
  tokenExpired: 109,
  tooManyRequests: 111,
  unrecoverablePosition: 112,
  threadNotFound: 400,
  pollNotFound: 401,
  commentNotFound: 402,
  pollClosed: 403,
  pollNotOpen: 404,
  ballotFinal: 406,
  retractNotAllowed: 407,
  invalidText: 408,
  editWindowOver: 410,
  threadClosed: 411,
  invalidStateChange: 415,
  storeUnavailable: 420,
} as const;

export class CallError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly temporary = false,
  ) {
    super(message);
  }

  static from(reason: unknown): CallError {
    if (reason instanceof CallError) return reason;
    const { code = 0, message = String(reason), temporary = false } = (reason ?? {}) as Partial<CallError>;
    return new CallError(code, message, temporary);
  }

  get outcomeUnknown(): boolean {
    return this.code < 100;
  }

  // Worth repeating by itself. Not so a rate that was exceeded: the reader is told to wait.
  get retriable(): boolean {
    return this.outcomeUnknown || (this.temporary && this.code !== Code.tooManyRequests);
  }
}
