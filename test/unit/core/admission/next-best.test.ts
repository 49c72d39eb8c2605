import { describe, expect, it } from 'vitest';
import type { Because } from '#core/admission/admit';
import { nextBest, type Settlement } from '#core/admission/next-best';
import type { PhoneNumber } from '#core/ids';
import { agent, queueOfPeople } from '../../../support/function-services.ts';

const nightDesk = '+18005550160' as PhoneNumber;
const redirected = (because: Because, target = nightDesk): Settlement => ({ kind: 'redirect', target, because });
const rejected = (because: Because): Settlement => ({ kind: 'reject', reason: 'none', because });
const answered: Settlement = { kind: 'answer' };

describe('when the front does not do what was decided', () => {
  it.each(['closed', 'unhealthy', 'full'] as const)(
    'a caller turned away as %s goes to people, else to the agent',
    (because) => {
      expect(nextBest(redirected(because), agent)).toEqual([redirected(because, queueOfPeople), answered]);
      expect(nextBest(rejected(because), agent)).toEqual([redirected(because, queueOfPeople), answered]);
    },
  );

  it('the same people are not asked twice', () => {
    expect(nextBest(redirected('closed', queueOfPeople), agent)).toEqual([answered]);
  });

  it('an agent that is off does not answer: the SBC is told at once', () => {
    expect(nextBest(redirected('off'), agent)).toEqual([redirected('off', queueOfPeople), rejected('off')]);
    expect(nextBest(rejected('off'), agent)).toEqual([redirected('off', queueOfPeople)]);
  });

  it.each(['blocked', 'wrongTrunk', 'wrongNumber'] as const)(
    'a caller turned away as %s is offered nothing else',
    (because) => {
      expect(nextBest(rejected(because), agent)).toEqual([]);
    },
  );
});
