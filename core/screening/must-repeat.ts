import type { AgentDefinition } from '../agent/definition.ts';
import type { CallOffer } from '../call/offer.ts';
import { headerValue } from '../handover/inbound-headers.ts';

/**
 * Whether a caller has to repeat a code: one whom nobody knows, and whom no trusted trunk brings with the header its IVR sets. `trunkHeader`: the header
 * that names the trunk.
 */
export function mustRepeatCode(
  { screening }: Pick<AgentDefinition, 'screening'>,
  { headers }: Pick<CallOffer, 'headers'>,
  caller: 'known' | 'unknown',
  trunkHeader: string,
): boolean {
  if (screening.unknownCallers === 'off' || caller === 'known') return false;
  const trunk = comparable(headerValue(headers, trunkHeader));
  return !screening.trusted.some(
    (trusted) => comparable(trusted.trunk) === trunk && comparable(headerValue(headers, trusted.header)) !== '',
  );
}

function comparable(text = ''): string {
  return text.trim().toLowerCase();
}
