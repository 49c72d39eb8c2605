/** Why a queue did not take a call. `conflict`: the front was busy with another transfer of the same call; the queue was not asked at all. */
export type TransferProblem = 'busy' | 'no-answer' | 'refused' | 'unreachable' | 'conflict';

/** "Transfer operation conflict" (acs-facts 9.2). */
const CONFLICT = 8607;

/** What a failed transfer's codes say: `code` is the SIP status, `subCode` ACS's (acs-facts 9.3). Total: what nobody knows is `unreachable`. */
export function transferProblem(code: number, subCode: number): TransferProblem {
  if (subCode === CONFLICT) return 'conflict';
  switch (code) {
    case 486:
    case 600:
      return 'busy';
    case 408:
    case 480:
    case 487:
      return 'no-answer';
    case 403:
    case 603:
      return 'refused';
    default:
      return 'unreachable';
  }
}

const WORDS: Readonly<Record<TransferProblem, string>> = {
  busy: 'was busy',
  'no-answer': 'did not answer',
  refused: 'refused the call',
  unreachable: 'could not be reached',
  conflict: 'could not be reached',
};

export interface FailedAttempt {
  readonly queue: string;
  readonly why: TransferProblem;
}

/** For the model that has the caller back: data, in a sentence. */
export function failedAttemptsInWords(attempts: readonly FailedAttempt[]): string {
  const each = attempts.map(({ queue, why }) => `${queue} ${WORDS[why]}`).join('; ');
  return `No person took the call: ${each}. The caller has been told that nobody could be reached and is with you again.`;
}
