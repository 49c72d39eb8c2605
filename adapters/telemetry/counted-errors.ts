import { PortError } from '#core/ports/error';
import type { Telemetry } from '#core/ports/telemetry';
import { errorKind, serviceOf } from '#core/telemetry/error-kind';

/** Several may wait for one request, and ports stand on each other: its error is one error. */
const told = new WeakSet<PortError>();

/** A port whose failed requests are counted; it is the same otherwise. For methods that give promises or streams. */
export function countedErrors<Port extends object>(port: Port, telemetry: Telemetry): Port {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]): unknown => {
        const result: unknown = Reflect.apply(member, target, given);
        if (result instanceof Promise) result.catch((error: unknown) => countError(error, telemetry));
        return isStream(result) ? countedStream(result, telemetry) : result;
      };
    },
  });
}

function isStream(result: unknown): result is AsyncIterable<unknown> {
  return typeof result === 'object' && result !== null && Symbol.asyncIterator in result;
}

/** The same items, handed on as they are; the error it ends with is counted. */
export function countedStream<Item>(stream: AsyncIterable<Item>, telemetry: Telemetry): AsyncIterableIterator<Item> {
  const items = stream[Symbol.asyncIterator]();
  return {
    next: () => {
      const next = items.next();
      next.catch((error: unknown) => countError(error, telemetry));
      return next;
    },
    return: async () => (await items.return?.()) ?? { done: true, value: undefined },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** What is not a port's error, such as an aborted request, is nobody's failure. */
function countError(error: unknown, telemetry: Telemetry): void {
  if (!(error instanceof PortError)) return;
  const service = serviceOf(error.port);
  if (service === undefined || told.has(error)) return;
  told.add(error);
  telemetry.record({ name: 'trunkline.service.errors', attributes: { service, kind: errorKind(error) } });
}
