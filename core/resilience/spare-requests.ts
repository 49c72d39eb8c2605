/**
 * How many second requests may go to a service beside a first that is slow. They help against a connection that died; when the service itself is slow
 * they make it slower, so that only a tenth of its questions may be asked twice.
 */
export interface SpareRequests {
  readonly left: number;
}

const MAX = 3;
const PER_QUESTION = 0.1;

export const someSpareRequests: SpareRequests = { left: MAX };

export function withQuestion({ left }: SpareRequests): SpareRequests {
  return { left: Math.min(MAX, left + PER_QUESTION) };
}

/** Undefined when there is none left. */
export function withoutSpareRequest({ left }: SpareRequests): SpareRequests | undefined {
  return left < 1 ? undefined : { left: left - 1 };
}
