import * as z from 'zod';
import type { CallerNumber } from '#core/call/offer';
import type { HeaderPrefix } from '#core/handover/headers';
import { parsePhoneNumber, type PhoneNumber } from '#core/ids';

export interface TransferSettings {
  readonly headerPrefix: HeaderPrefix;
  /** Whose number the person's phone shows. `none` leaves the field out, as Teams Phone Extensibility demands (acs-facts 0). */
  readonly callerId: 'none' | 'caller' | PhoneNumber;
}

export const transferSettings = z
  .object({
    HEADER_PREFIX: z.enum(['X-', 'X-MS-Custom-'], 'expected "X-" or "X-MS-Custom-"').default('X-'),
    TRANSFER_CALLER_ID: z.string().default('none'),
  })
  .transform((env, context): TransferSettings => {
    const callerId = callerIdOf(env.TRANSFER_CALLER_ID);
    if (callerId === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['TRANSFER_CALLER_ID'],
        message: 'expected "none", "caller" or an E.164 number',
      });
      return z.NEVER;
    }
    return { headerPrefix: env.HEADER_PREFIX, callerId };
  });

/** The number to show for this caller; `undefined` leaves the field out. */
export function transferCallerId(settings: TransferSettings, caller: CallerNumber): PhoneNumber | undefined {
  if (settings.callerId === 'none') return undefined;
  if (settings.callerId === 'caller') return caller.kind === 'number' ? caller.number : undefined;
  return settings.callerId;
}

function callerIdOf(text: string): TransferSettings['callerId'] | undefined {
  return text === 'none' || text === 'caller' ? text : parsePhoneNumber(text);
}
