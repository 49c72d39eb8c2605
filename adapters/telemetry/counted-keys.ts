import type { Telemetry } from '#core/ports/telemetry';
import type { TokenValidator } from '../acs-tokens/token-validator.ts';

/** The validator as it is. A token that nothing can be said of, for want of the front's keys, is a failed request to the front. */
export function countedKeys(validate: TokenValidator, telemetry: Telemetry): TokenValidator {
  return async (authorization) => {
    const verdict = await validate(authorization);
    if (!verdict.valid && verdict.reason === 'keys-unavailable') {
      const attributes = { service: 'call-control', kind: 'unreachable' } as const;
      telemetry.record({ name: 'trunkline.service.errors', attributes });
    }
    return verdict;
  };
}
