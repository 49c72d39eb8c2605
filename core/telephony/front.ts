/**
 * What stands between us and the SBC. All three serve the same contract; where they differ for a program of ours is said
 * here, once, and docs/after-acs.md prints it, beside what only people have to know.
 */
export const FRONTS = ['acs', 'teams-phone', 'edge'] as const;
export type Front = (typeof FRONTS)[number];

/** Words a person can read: they are printed as they are. */
export interface FrontAbilities {
  /** What an IncomingCall names as called: Teams Phone Extensibility names the resource account that has the number. */
  readonly called: 'number' | 'resource account';
  /** Whether a transfer may say whose number the person's phone shows; Teams Phone Extensibility answers 400/8523 to one that does. */
  readonly callerIdOnTransfer: 'any number' | 'refused';
  /** Where custom SIP headers and User-to-User come from and go to: a Calling Plan and Operator Connect have no SBC of ours. */
  readonly sipHeaders: 'always' | 'direct routing only';
  /** By which of our two sources keys are documented to come. Nobody says whether a stream of Teams Phone Extensibility has them. */
  readonly keys: 'media and events' | 'events, media unknown';
  /** To whom we transfer. A Teams user cannot be the target; a call queue can, by the object id of its application, and then takes no SIP header. */
  readonly transferTo: 'numbers' | 'numbers, call queues';
  /** Whose keys sign callbacks and media sockets. */
  readonly tokenKeys: 'of Microsoft' | 'of the edge';
  readonly retires: '2028-09-30' | 'not announced' | 'never';
}

/**
 * Sources, all under `articles/communication-services/` of MicrosoftDocs/azure-docs: `acs-retirement-and-breaking-changes-guide.md`,
 * `concepts/interop/tpe/teams-phone-extensibility-{capabilities,overview,troubleshooting}.md` and
 * `quickstarts/tpe/teams-phone-extensibility-{quickstart,answer-teams-calls,interactive-voice-response}.md`. For the edge: sip-edge/README.md.
 */
export const FRONT_ABILITIES: Readonly<Record<Front, FrontAbilities>> = {
  acs: {
    called: 'number',
    callerIdOnTransfer: 'any number',
    sipHeaders: 'always',
    keys: 'media and events',
    transferTo: 'numbers',
    tokenKeys: 'of Microsoft',
    retires: '2028-09-30',
  },
  'teams-phone': {
    called: 'resource account',
    callerIdOnTransfer: 'refused',
    sipHeaders: 'direct routing only',
    keys: 'events, media unknown',
    transferTo: 'numbers, call queues',
    tokenKeys: 'of Microsoft',
    retires: 'not announced',
  },
  edge: {
    called: 'number',
    callerIdOnTransfer: 'any number',
    sipHeaders: 'always',
    keys: 'media and events',
    transferTo: 'numbers',
    tokenKeys: 'of the edge',
    retires: 'never',
  },
};

/** What of the settings depends on the front. */
export interface FrontSettings {
  readonly showsCallerId: boolean;
  readonly knowsResourceAccounts: boolean;
  readonly namesCallQueues: boolean;
  /** Whether a place for the keys of tokens is set; Microsoft's own holds otherwise. */
  readonly hasOwnTokenKeys: boolean;
  readonly asksMicrosoft: boolean;
}

export type Contradiction =
  'caller-id-refused' | 'no-resource-accounts' | 'no-call-queues' | 'token-keys-of-microsoft' | 'asks-microsoft';

/** What cannot work with this front. Pure and total; none is the rule. */
export function contradictions(front: Front, settings: FrontSettings): readonly Contradiction[] {
  const { called, callerIdOnTransfer, tokenKeys, transferTo } = FRONT_ABILITIES[front];
  const isOwn = tokenKeys === 'of the edge';
  return [
    ...(callerIdOnTransfer === 'refused' && settings.showsCallerId ? ['caller-id-refused' as const] : []),
    ...(called === 'number' && settings.knowsResourceAccounts ? ['no-resource-accounts' as const] : []),
    ...(transferTo === 'numbers' && settings.namesCallQueues ? ['no-call-queues' as const] : []),
    ...(isOwn && !settings.hasOwnTokenKeys ? ['token-keys-of-microsoft' as const] : []),
    ...(isOwn && settings.asksMicrosoft ? ['asks-microsoft' as const] : []),
  ];
}
