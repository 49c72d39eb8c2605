/** GET and PATCH /sip, of the published SIP routing API. */
import { sipConfigurationPatchSchema } from '../../routing/sip-configuration.ts';
import { errors } from '../errors.ts';
import type { OperationHandler } from '../operation.ts';
import type { EdgeServices } from '../services.ts';

export function getSipConfiguration({ routing }: EdgeServices): OperationHandler {
  return () => ({ status: 200, body: routing.current });
}

export function updateSipConfiguration({ routing }: EdgeServices): OperationHandler {
  return (request) => {
    const result = routing.patch(request.body(sipConfigurationPatchSchema));
    if (result.kind === 'refused') throw errors.invalidSipConfiguration(result.reason);
    return { status: 200, body: result.configuration };
  };
}
