import { PortError } from '#core/ports/error';
import type { Telemetry } from '#core/ports/telemetry';
import { errorKind, serviceOf } from '#core/telemetry/error-kind';

/** A port whose failed requests are counted; it is the same otherwise. For methods that give promises. */
export function countedErrors<Port extends object>(port: Port, telemetry: Telemetry): Port {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]): unknown => {
        const result: unknown = Reflect.apply(member, target, given);
        if (result instanceof Promise) result.catch((error: unknown) => countError(error, telemetry));
        return result;
      };
    },
  });
}

/** What is not a port's error, such as an aborted request, is nobody's failure. */
export function countError(error: unknown, telemetry: Telemetry): void {
  if (!(error instanceof PortError)) return;
  const service = serviceOf(error.port);
  if (service === undefined) return;
  telemetry.record({ name: 'trunkline.service.errors', attributes: { service, kind: errorKind(error) } });
}
