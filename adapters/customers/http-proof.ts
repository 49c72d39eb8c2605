import * as z from 'zod';
import { PortError } from '#core/ports/error';
import { PROOF_DIGITS, type IdentityProof, type ProofVerdict } from '#core/ports/identity-proof';
import { fillUrl } from '#core/tools/request';
import type { OpenService } from '../http-tools/http-service.ts';
import type { CustomerService } from './settings.ts';

const NOT_SET = new Set([404, 410]);
/** Locked (RFC 4918 section 11.3). */
const LOCKED = 423;

const answer = z.object({ result: z.enum(['right', 'wrong', 'not-set', 'locked']) });

/** Asks the customer service: `POST {"kind":"pin","digits":"1234"}` gives `{"result":"right"}`. Sent once: a try that is repeated counts twice. */
export function httpProof(service: OpenService<CustomerService>, proofUrl: string): IdentityProof {
  return {
    check: async (customerId, kind, digits, signal) => {
      signal.throwIfAborted();
      if (!PROOF_DIGITS.test(digits)) return 'wrong';
      const url = fillUrl(proofUrl, new Map([['id', customerId]]));
      if (url === undefined) return 'not-set';
      const question = { method: 'POST', url, body: JSON.stringify({ kind, digits }) };
      const { status, body } = await service.ask('identity-proof', question, signal);
      if (NOT_SET.has(status)) return 'not-set';
      if (status === LOCKED) return 'locked';
      if (status !== 200) throw new PortError('identity-proof', String(status), { retryable: false, status });
      const verdict = verdictIn(body);
      if (verdict !== undefined) return verdict;
      throw new PortError('identity-proof', 'unreadable answer', { retryable: false, code: 'unreadable' });
    },
  };
}

function verdictIn(body: string): ProofVerdict | undefined {
  try {
    return answer.safeParse(JSON.parse(body)).data?.result;
  } catch {
    return undefined;
  }
}
