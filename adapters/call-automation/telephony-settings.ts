import { z } from 'zod';
import { parsePhoneNumber, parseTeamsAppId, type PhoneNumber, type TeamsAppId } from '#core/ids';
import { contradictions, FRONTS, type Contradiction, type Front } from '#core/telephony/front';
import { unreachable } from '#core/unreachable';

/** Which number each resource account of Teams has: agents and lines know numbers. */
export type ResourceAccounts = ReadonlyMap<TeamsAppId, PhoneNumber>;

export interface TelephonySettings {
  readonly front: Front;
  readonly resourceAccounts: ResourceAccounts;
}

const EXPECTED_ACCOUNTS =
  'expected <number>=<object id of the resource account> with commas between, such as +18005550199=cc123456-5678-5678-1234-ccc123456789, each account once';

const resourceAccounts = z
  .string()
  .max(64 * 1024)
  .transform((text, context): ResourceAccounts => {
    const pairs = text.split(',').map((pair) => {
      const [number = '', id = '', ...more] = pair.split('=').map((part) => part.trim());
      return { number: parsePhoneNumber(number), account: parseTeamsAppId(`28:orgid:${id}`), more };
    });
    const accounts = new Map<TeamsAppId, PhoneNumber>();
    for (const { number, account, more } of pairs) {
      if (number === undefined || account === undefined || more.length > 0 || accounts.has(account)) {
        context.addIssue({ code: 'custom', message: EXPECTED_ACCOUNTS });
        return z.NEVER;
      }
      accounts.set(account, number);
    }
    return accounts;
  });

/**
 * Which front the calls come from, beside the settings that do not fit every front. A setting that contradicts the front stops the start: the first caller
 * to be transferred would find out otherwise.
 */
export const telephonySettings = z
  .object({
    TELEPHONY: z.enum(FRONTS, 'expected "acs", "teams-phone" or "edge"').default('acs'),
    TEAMS_RESOURCE_ACCOUNTS: resourceAccounts.optional(),
    TRANSFER_CALLER_ID: z.string().default('none'),
    ACS_ENDPOINT: z.string().default(''),
    ACS_JWKS_URL: z.string().optional(),
  })
  .superRefine((env, context) => {
    const found = contradictions(env.TELEPHONY, {
      showsCallerId: env.TRANSFER_CALLER_ID !== 'none',
      knowsResourceAccounts: env.TEAMS_RESOURCE_ACCOUNTS !== undefined,
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
    resourceAccounts: env.TEAMS_RESOURCE_ACCOUNTS ?? new Map(),
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
