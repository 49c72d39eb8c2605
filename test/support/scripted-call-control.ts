import type { CallConnectionId } from '#core/ids';
import type { CallControl, CallLook } from '#core/ports/call-control';
import { connectionId } from './offered-call.ts';

export interface AskedOf {
  readonly operation: keyof CallControl;
  readonly request: unknown;
}

export interface ScriptedCallControl extends CallControl {
  /** Every request, in order. */
  readonly asked: readonly AskedOf[];
  /** The next requests of an operation throw these, in order; the rest succeed. */
  fail(operation: keyof CallControl, ...errors: readonly Error[]): void;
  operations(): readonly (keyof CallControl)[];
  /** Looks change nothing: they are counted apart, and tell what they are told to. */
  readonly looks: readonly CallConnectionId[];
  sees(look: CallLook): void;
}

/** A front that does what it is told and keeps what it was asked. `gone` calls are over already. */
export function scriptedCallControl(options: { readonly gone?: boolean } = {}): ScriptedCallControl {
  const asked: AskedOf[] = [];
  const looks: CallConnectionId[] = [];
  let seen: CallLook = 'silent';
  const failures = new Map<keyof CallControl, Error[]>();
  const ask = async (operation: keyof CallControl, request: unknown): Promise<'asked' | 'gone'> => {
    asked.push({ operation, request });
    await new Promise((resolve) => setImmediate(resolve));
    const failure = failures.get(operation)?.shift();
    if (failure !== undefined) throw failure;
    return options.gone === true ? 'gone' : 'asked';
  };
  return {
    asked,
    looks,
    sees: (look) => void (seen = look),
    operations: () => asked.map(({ operation }) => operation),
    fail: (operation, ...errors) => void failures.set(operation, [...errors]),
    answer: async (request): Promise<CallConnectionId> => {
      await ask('answer', request);
      return connectionId;
    },
    redirect: async (_context, target) => {
      await ask('redirect', target);
    },
    reject: async (_context, reason) => {
      await ask('reject', reason);
    },
    transfer: (request) => ask('transfer', request),
    hangUp: (id) => ask('hangUp', id),
    startMedia: (id) => ask('startMedia', id),
    look: async (id) => {
      looks.push(id);
      await new Promise((resolve) => setImmediate(resolve));
      const failure = failures.get('look')?.shift();
      if (failure !== undefined) throw failure;
      return options.gone === true ? 'gone' : seen;
    },
    listenForKeys: (id, caller) => ask('listenForKeys', { id, caller }),
    playText: (request) => ask('playText', request),
  };
}
