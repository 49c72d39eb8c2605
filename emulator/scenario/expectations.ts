import type { RunningCaller } from './copies.ts';
import type { CallResult } from './result.ts';
import type { CallExpectation, HeaderExpectation, Scenario } from './schema.ts';

/** What does not hold of one call: a sentence each. */
export function unmetByCall(caller: RunningCaller, call: CallResult): string[] {
  const { expect } = caller;
  const agent = textsBy(call, 'agent');
  const failures = [
    ...unmetOutcome(expect, call),
    ...missingInOrder('the agent did not say', expect.agent_said, agent),
    ...expect.agent_never_said
      .filter((pattern) => agent.some((text) => new RegExp(pattern, 'i').test(text)))
      .map((pattern) => `the agent said /${pattern}/, which it must not`),
    ...missingInOrder('the recogniser did not understand', expect.caller_was_understood, textsBy(call, 'recogniser')),
    ...unmetTransfer(expect, call),
    ...unmetSip(expect, call),
  ];
  return failures.map((failure) => `${caller.name}: ${failure}`);
}

/** What does not hold between the calls of a run. */
export function unmetByRun(
  scenario: Scenario,
  callers: readonly RunningCaller[],
  calls: readonly CallResult[],
): string[] {
  const { nothing_shared: isApart } = scenario.expect;
  // Of every scenario, whatever it is about: events may come twice, answers may not.
  const failures = calls
    .filter(({ answerRequests }) => answerRequests > 1)
    .map(({ caller, answerRequests }) => `${caller}: the call was answered ${answerRequests} times`);
  if (isApart) failures.push(...sharedBetween(callers, calls));
  return failures;
}

function sharedBetween(callers: readonly RunningCaller[], calls: readonly CallResult[]): string[] {
  const ids = calls.flatMap(({ callId }) => (callId === undefined ? [] : [callId]));
  const failures = new Set(ids).size === calls.length ? [] : ['not every call has a call id of its own'];
  for (const [index, call] of calls.entries()) {
    const received = [...textsBy(call, 'agent'), ...call.headersOut.map(({ decoded }) => decoded)]
      .join('\n')
      .toLowerCase();
    for (const other of callers.filter((_, position) => position !== index)) {
      const leaked = other.own_words.filter((word) => received.includes(word.toLowerCase()));
      failures.push(...leaked.map((word) => `${call.caller}: received "${word}", which belongs to ${other.name}`));
    }
  }
  return failures;
}

function unmetOutcome(expect: CallExpectation, call: CallResult): string[] {
  const failures: string[] = [];
  if (expect.outcome !== undefined && call.outcome !== expect.outcome) {
    failures.push(`the call ended as ${call.outcome}, not ${expect.outcome}`);
  }
  const wasInterrupted = call.turns.some((turn) => turn.by === 'agent' && turn.interrupted);
  if (expect.agent_was_interrupted !== undefined && wasInterrupted !== expect.agent_was_interrupted) {
    failures.push(`the agent was ${wasInterrupted ? '' : 'not '}interrupted`);
  }
  if (expect.hears_an_answer && !call.latencies.some(({ mouthToEarMs }) => mouthToEarMs !== undefined)) {
    failures.push('the caller spoke and never heard an answer');
  }
  const keys = textsBy(call, 'keypad').join('');
  if (expect.keys !== undefined && keys !== expect.keys)
    failures.push(`the agent took the keys "${keys}", not "${expect.keys}"`);
  if (expect.max_duration !== undefined && call.durationMs > expect.max_duration) {
    failures.push(`the call took ${call.durationMs} ms, more than ${expect.max_duration} ms`);
  }
  return failures;
}

function unmetTransfer(expect: CallExpectation, call: CallResult): string[] {
  const failures: string[] = [];
  const tried = call.visits.map(({ queue }) => queue);
  if (expect.queues_tried && tried.join() !== expect.queues_tried.join()) {
    failures.push(`the queues tried were [${tried.join(', ')}], not [${expect.queues_tried.join(', ')}]`);
  }
  const heardCaller = call.visits.some((visit) => visit.heardCaller);
  if (expect.person_heard_caller !== undefined && heardCaller !== expect.person_heard_caller) {
    failures.push(`a person ${heardCaller ? 'heard' : 'did not hear'} the caller`);
  }
  for (const [name, expected] of Object.entries(expect.headers_at_person)) {
    const header = call.headersOut.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
    const problem = unmetHeader(expected, header?.decoded);
    if (problem !== undefined) failures.push(`header ${name} at the person ${problem}`);
  }
  return failures;
}

function unmetHeader(expected: HeaderExpectation, value: string | undefined): string | undefined {
  const wanted = typeof expected === 'string' ? { equals: expected } : expected;
  if ('absent' in wanted && wanted.absent) return value === undefined ? undefined : `is there: "${value}"`;
  if (value === undefined) return 'is missing';
  if (wanted.equals !== undefined && value !== wanted.equals) return `is "${value}", not "${wanted.equals}"`;
  if (
    'contains' in wanted &&
    wanted.contains !== undefined &&
    !value.toLowerCase().includes(wanted.contains.toLowerCase())
  ) {
    return `is "${value}", which does not contain "${wanted.contains}"`;
  }
  if ('matches' in wanted && wanted.matches !== undefined && !new RegExp(wanted.matches, 'i').test(value)) {
    return `is "${value}", which does not match /${wanted.matches}/`;
  }
  return undefined;
}

function unmetSip(expect: CallExpectation, call: CallResult): string[] {
  const failures: string[] = [];
  const statuses = call.sip
    .filter(({ callId, direction, cseq }) => callId === call.sipCallId && direction === 'in' && cseq.endsWith('INVITE'))
    .flatMap(({ startLine }) => /^SIP\/2\.0 (\d{3})/.exec(startLine)?.[1] ?? []);
  let at = 0;
  for (const status of expect.sip_statuses) {
    const found = statuses.indexOf(String(status), at);
    if (found < 0) failures.push(`no ${status} came for the INVITE, only [${statuses.join(', ')}]`);
    else at = found + 1;
  }
  if (expect.refused_with !== undefined && !statuses.includes(String(expect.refused_with))) {
    failures.push(`the INVITE was not refused with ${expect.refused_with}; it got [${statuses.join(', ')}]`);
  }
  return failures;
}

/** Each pattern is looked for from where the one before was found; one text may hold several. */
function missingInOrder(what: string, patterns: readonly string[], texts: readonly string[]): string[] {
  const failures: string[] = [];
  let at = 0;
  for (const pattern of patterns) {
    const found = texts.findIndex((text, index) => index >= at && new RegExp(pattern, 'i').test(text));
    if (found < 0)
      failures.push(`${what} /${pattern}/${at > 0 ? ' after what came before' : ''}; it was ${JSON.stringify(texts)}`);
    else at = found;
  }
  return failures;
}

function textsBy(call: CallResult, by: CallResult['turns'][number]['by']): string[] {
  return call.turns.filter((turn) => turn.by === by).map(({ text }) => text);
}
