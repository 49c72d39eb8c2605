import type { AgentDefinition } from '../agent/definition.ts';
import { queuesToTry, type Queue } from '../agent/queues.ts';
import type { CallOffer } from '../call/offer.ts';
import type { RejectReason } from '../call/outcome.ts';
import { isOpen } from '../hours/is-open.ts';
import { parsePhoneNumber, type PhoneNumber } from '../ids.ts';
import { unreachable } from '../unreachable.ts';
import type { AdmissionPolicy, Way } from './policy.ts';
import type { Region } from './region.ts';

/**
 * The phone rings for thirty seconds (acs-facts 1.5): an offer that is older is of no use to anybody. The front says when it began, and its clock may be a
 * minute from ours, as its tokens may; an offer that is over all the same is refused by the front, and does no harm.
 */
export const OFFER_LIFE_MS = 30_000 + 60_000;

/** What is known beside the offer, none of it waited for. */
export interface AdmissionFacts {
  /** The agent that the call is for: its queues are the ones that the policy names. */
  readonly agent: AgentDefinition;
  /** As the trunk header says: good enough to tell lines apart, no proof against a caller who can write headers. */
  readonly trunk: string | undefined;
  readonly region: Region;
}

/** The rule that decided. */
export type Because = keyof AdmissionPolicy['then'];

export type Admission =
  | { readonly kind: 'answer' }
  | { readonly kind: 'redirect'; readonly target: PhoneNumber; readonly because: Because }
  | { readonly kind: 'reject'; readonly reason: RejectReason; readonly because: Because }
  /** Nobody is told anything: it is over already, or somebody else's. */
  | { readonly kind: 'drop'; readonly because: 'too-old' | Because };

/** Who gets in. Pure and total: the facts and the time (milliseconds since the epoch) are given. */
export function admit(offer: CallOffer, policy: AdmissionPolicy, facts: AdmissionFacts, nowMs: number): Admission {
  if (nowMs - offer.offeredAtMs > OFFER_LIFE_MS) return { kind: 'drop', because: 'too-old' };
  for (const because of rulesThatApply(offer, policy, facts, nowMs)) {
    const way = wayOf(because, offer, policy);
    if (way !== 'answer')
      return turnedAway(way, because, facts.agent, nowMs, (number) => isOurs(number, offer, policy));
  }
  return { kind: 'answer' };
}

/** In the order in which they are looked at. */
function* rulesThatApply(
  offer: CallOffer,
  policy: AdmissionPolicy,
  { trunk, region }: AdmissionFacts,
  nowMs: number,
): Generator<Because> {
  const line = lineOf(offer, policy);
  const hours = line?.hours ?? policy.hours;
  if (policy.calledNumbers.length > 0 && !policy.calledNumbers.includes(offer.to)) yield 'wrongNumber';
  // A front without an SBC of ours (a Calling Plan) has nobody who could name one.
  const named = comparable(trunk ?? 'none');
  if (policy.trunks.length > 0 && !policy.trunks.some((name) => comparable(name) === named)) {
    yield 'wrongTrunk';
  }
  if (isBlocked(offer, policy)) yield 'blocked';
  if (hours !== undefined && !isOpen(hours, nowMs)) yield 'closed';
  if (policy.agent === 'off' || line?.agent === 'off') yield 'off';
  if (region.state === 'gone' || region.state === 'failing') yield 'unhealthy';
  if (region.state === 'serving' && region.freeCalls === 0) yield 'full';
}

function isBlocked({ from }: CallOffer, { blockedCallers }: AdmissionPolicy): boolean {
  if (from.kind === 'anonymous') return blockedCallers.anonymous;
  return (
    blockedCallers.numbers.includes(from.number) ||
    blockedCallers.prefixes.some((prefix) => from.number.startsWith(prefix))
  );
}

function wayOf(because: Because, offer: CallOffer, policy: AdmissionPolicy): Way {
  switch (because) {
    case 'wrongNumber':
    case 'wrongTrunk':
    case 'blocked':
      return policy.then[because];
    case 'closed':
    case 'off':
    case 'unhealthy':
    case 'full':
      return lineOf(offer, policy)?.then[because] ?? policy.then[because];
    default:
      return unreachable(because);
  }
}

function lineOf({ to }: CallOffer, { lines }: AdmissionPolicy): AdmissionPolicy['lines'][number] | undefined {
  return lines.find(({ numbers }) => numbers.includes(to));
}

/** Of Call Automation's three reasons, the one that says least stands for "not here" (acs-facts 6.4). */
const REASONS = { unavailable: 'none', busy: 'busy', forbidden: 'forbidden' } as const;

function turnedAway(
  way: Exclude<Way, 'answer'>,
  because: Because,
  agent: AgentDefinition,
  nowMs: number,
  comesBack: (number: PhoneNumber) => boolean,
): Admission {
  if (way === 'ignore') return { kind: 'drop', because };
  if (way !== 'people' && 'refuse' in way) return { kind: 'reject', reason: REASONS[way.refuse], because };
  const number = way !== 'people' && 'number' in way ? parsePhoneNumber(way.number) : undefined;
  if (number !== undefined && !comesBack(number)) return { kind: 'redirect', target: number, because };
  const wanted = way !== 'people' && 'queue' in way ? way.queue : undefined;
  const target = queueNow(agent, wanted, nowMs, comesBack)?.target;
  if (target !== undefined) return { kind: 'redirect', target, because };
  const isForAgent = because === 'closed' || because === 'unhealthy' || because === 'full';
  return isForAgent ? { kind: 'answer' } : { kind: 'reject', reason: 'none', because };
}

/** A redirect to one of our own numbers is a new call to us (acs-facts 1.6), which would be redirected again for ever. */
function isOurs(number: PhoneNumber, { to }: CallOffer, { calledNumbers, lines }: AdmissionPolicy): boolean {
  return number === to || calledNumbers.includes(number) || lines.some(({ numbers }) => numbers.includes(number));
}

/** The first that is open, of the wanted one and the fall-back order; when none is, the wanted one all the same: its voice mail is better than nobody. */
function queueNow(
  agent: AgentDefinition,
  wanted: string | undefined,
  nowMs: number,
  comesBack: (number: PhoneNumber) => boolean,
): Queue | undefined {
  const queues = queuesToTry(agent, wanted).filter(({ target }) => !comesBack(target));
  const isOpenNow = ({ name }: Queue): boolean => {
    const hours = agent.queues.find((queue) => queue.name === name)?.hours;
    return hours === undefined || isOpen(hours, nowMs);
  };
  return queues.find(isOpenNow) ?? queues[0];
}

function comparable(text: string): string {
  return text.trim().toLowerCase();
}
