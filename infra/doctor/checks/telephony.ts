import type { ResourceAccounts } from '#adapters/call-automation/telephony-settings';
import type { AdmissionPolicy } from '#core/admission/policy';
import type { KeySource } from '#core/conversation/key-sources';
import { FRONT_ABILITIES, type Front } from '#core/telephony/front';
import { well, type Check, type Finding } from '../check.ts';

export interface FrontInUse {
  readonly front: Front;
  readonly resourceAccounts: ResourceAccounts;
  readonly keySource: KeySource;
  /** The policy that the settings name; one in the storage may hold instead. */
  readonly policy: Pick<AdmissionPolicy, 'trunks'>;
}

/** What fits the front and yet may not be meant. What cannot work at all stops the programs, and is said with their settings. */
export function telephonyCheck(inUse: FrontInUse): Check {
  return { name: 'front', run: () => Promise.resolve(findingOf(inUse)) };
}

function findingOf({ front, resourceAccounts, keySource, policy }: FrontInUse): Finding {
  const { called, keys, retires, sipHeaders } = FRONT_ABILITIES[front];
  const notes: { readonly problem: string; readonly remedy: string }[] = [];
  if (called === 'resource account' && resourceAccounts.size === 0) {
    notes.push({
      problem:
        'no number is known of any resource account, so agents, lines and languages that go by number find no call',
      remedy: 'TEAMS_RESOURCE_ACCOUNTS=<number>=<object id>; Get-CsOnlineApplicationInstance tells both',
    });
  }
  if (keys === 'events, media unknown' && keySource === 'media') {
    notes.push({
      problem: 'whether the media stream has keys is not documented for this front',
      remedy: 'DTMF_SOURCE=both',
    });
  }
  if (sipHeaders === 'direct routing only' && policy.trunks.length > 0 && !policy.trunks.includes('none')) {
    notes.push({
      problem: 'the policy names trunks, and calls over a Calling Plan or Operator Connect name none: they are refused',
      remedy: 'add none to the trunks of the policy, unless all numbers are on Direct Routing',
    });
  }
  if (notes.length === 0) {
    const accounts = called === 'resource account' ? `; ${resourceAccounts.size} resource accounts` : '';
    const end = retires === '2028-09-30' ? `; retires ${retires}: docs/after-acs.md` : '';
    return well(`${front}${accounts}${end}`);
  }
  return {
    kind: 'worth-knowing',
    problem: `${front}: ${notes.map(({ problem }) => problem).join('\n')}`,
    remedy: notes.map(({ remedy }) => remedy).join('; '),
  };
}
