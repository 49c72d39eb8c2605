import * as z from 'zod';
import { parsePhoneNumber, parseTeamsAppId, type PhoneNumber, type TeamsAppId } from '#core/ids';
import { contradictions, FRONTS, type Contradiction, type Front } from '#core/telephony/front';
import { unreachable } from '#core/unreachable';

/** Which number each resource account of Teams has: agents and lines know numbers. */
export type ResourceAccounts = ReadonlyMap<TeamsAppId, PhoneNumber>;

/** Numbers of queues that are call queues of Teams, and the application behind each. */
export type CallQueues = ReadonlyMap<PhoneNumber, TeamsAppId>;

export interface TelephonySettings {
  readonly front: Front;
  readonly resourceAccounts: ResourceAccounts;
  readonly callQueues: CallQueues;
}

const EXPECTED_PAIRS =
  'expected <number>=<object id> with commas between, such as +18005550199=cc123456-5678-5678-1234-ccc123456789, each number and id once';

const numbersAndApps = z
  .string()
  .max(64 * 1024)
  .transform((text, context): ReadonlyMap<PhoneNumber, TeamsAppId> => {
    const pairs = text.split(',').map((pair) => pair.split('=').map((part) => part.trim()));
    const found = new Map<PhoneNumber, TeamsAppId>();
    for (const [left = '', right = '', ...more] of pairs) {
      const number = parsePhoneNumber(left);
      const app = parseTeamsAppId(`28:orgid:${right}`);
      if (number !== undefined && app !== undefined && more.length === 0) found.set(number, app);
    }
    if (found.size === pairs.length && new Set(found.values()).size === pairs.length) return found;
    context.addIssue({ code: 'custom', message: EXPECTED_PAIRS });
    return z.NEVER;
  });

/**
 * Which front the calls come from, beside the settings that do not fit every front. A setting that contradicts the front stops the start: the first caller
 * to be transferred would find out otherwise.
 */
export const telephonySettings = z
  .object({
    TELEPHONY: z.enum(FRONTS, 'expected "acs", "teams-phone" or "edge"').default('acs'),
    TEAMS_RESOURCE_ACCOUNTS: numbersAndApps.optional(),
    TEAMS_CALL_QUEUES: numbersAndApps.optional(),
    TRANSFER_CALLER_ID: z.string().default('none'),
    ACS_ENDPOINT: z.string().default(''),
    ACS_JWKS_URL: z.string().optional(),
  })
  .superRefine((env, context) => {
    const found = contradictions(env.TELEPHONY, {
      showsCallerId: env.TRANSFER_CALLER_ID !== 'none',
      knowsResourceAccounts: env.TEAMS_RESOURCE_ACCOUNTS !== undefined,
      namesCallQueues: env.TEAMS_CALL_QUEUES !== undefined,
      hasOwnTokenKeys: env.ACS_JWKS_URL !== undefined,
      asksMicrosoft: /^https:\/\/[^/]+\.communication\.azure\.\w+(?:[/:]|$)/i.test(env.ACS_ENDPOINT),
    });
    for (const contradiction of found) {
      const { setting, message } = complaint(contradiction);
      context.addIssue({ code: 'custom', path: [setting], message });
    }
  })
  .transform((env): TelephonySettings => ({
    front: env.TELEPHONY,
    resourceAccounts: new Map([...(env.TEAMS_RESOURCE_ACCOUNTS ?? [])].map(([number, account]) => [account, number])),
    callQueues: env.TEAMS_CALL_QUEUES ?? new Map(),
  }));

function complaint(contradiction: Contradiction): { readonly setting: string; readonly message: string } {
  switch (contradiction) {
    case 'caller-id-refused':
      return {
        setting: 'TRANSFER_CALLER_ID',
        message:
          'with TELEPHONY=teams-phone every transfer that shows a caller id is refused (400/8523): leave this out, or set it to "none"',
      };
    case 'no-resource-accounts':
      return {
        setting: 'TEAMS_RESOURCE_ACCOUNTS',
        message: 'only Teams Phone calls resource accounts: set TELEPHONY=teams-phone, or leave this out',
      };
    case 'no-call-queues':
      return {
        setting: 'TEAMS_CALL_QUEUES',
        message: 'only Teams Phone transfers to call queues of Teams: set TELEPHONY=teams-phone, or leave this out',
      };
    case 'token-keys-of-microsoft':
      return {
        setting: 'ACS_JWKS_URL',
        message: 'with TELEPHONY=edge set this to <edge>/calling/keys: the edge signs with keys of its own',
      };
    case 'asks-microsoft':
      return {
        setting: 'ACS_ENDPOINT',
        message:
          'this is Communication Services: set the address of the edge (EDGE_PUBLIC_URL there), or TELEPHONY=acs',
      };
    default:
      return unreachable(contradiction);
  }
}
