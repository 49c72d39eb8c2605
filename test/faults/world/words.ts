import { scenarioSchema, type Scenario } from '../../../emulator/scenario/schema.ts';

/** What callers of the fault runs say, what the model answers, and what the agent says by itself. Short: a call costs its time. */
export const GREETING = 'Hello. How can I help?';
export const GREETING_BY_NAME = 'Hello {name}. How can I help?';
/** Instead of the language pack's own: the way to a person is as long as what is said on it. */
export const SHORT_TEXTS = {
  announcement: 'I am connecting you.',
  trouble: 'I have a problem here. Let me connect you.',
  failureMessage: 'I am sorry, nobody can take your call. Goodbye.',
};
export const CUSTOMER_NAME = 'Maria Silva';

export const QUESTION = 'What is my balance';
export const ANSWER = 'Your balance is twelve dollars.';
export const SECOND_QUESTION = 'When does my new card arrive';
export const SECOND_ANSWER = 'Your new card arrives on Monday.';
export const LONG_QUESTION = 'Please tell me about your fees';
export const LONG_ANSWER =
  'There is no fee for the first card. A second card costs ten dollars each year. Cash from our own machines is free of charge. ' +
  'Other machines take two dollars each time. Payments abroad cost one percent of the amount. A new card after a loss costs five dollars.';
export const SLOW_QUESTION = 'Why was I charged twice';
const SLOW_ANSWER = 'One of the two charges goes back to you.';
export const PARCEL_QUESTION = 'Where is my parcel';
const PARCEL_ANSWER = 'That is all about your parcel.';
export const TOOL_FAILED = 'I cannot reach the parcel service.';

/** Long enough to break something while the model thinks, shorter than its patience with it. */
const THINKING_MS = 2_000;

/** As a scenario, so that the emulators are told by what tells them of every other call. */
export function vocabulary(queues: Scenario['queues']): Scenario {
  const phrases = [QUESTION, SECOND_QUESTION, LONG_QUESTION, SLOW_QUESTION, PARCEL_QUESTION];
  return scenarioSchema.parse({
    name: 'faults',
    description: 'What callers of the fault runs may say.',
    callers: [{ name: 'words', from: '+14255550100', to: '+18005550100', steps: phrases.map((say) => ({ say })) }],
    queues,
    model: [
      { when: { said: 'balance' }, reply: ANSWER },
      { when: { said: 'arrive' }, reply: SECOND_ANSWER },
      { when: { said: 'fees' }, reply: LONG_ANSWER },
      { when: { said: 'charged' }, reply: SLOW_ANSWER, delay_ms: THINKING_MS },
      { when: { said: 'parcel', tools: ['parcel_status'] }, tool: { name: 'parcel_status', arguments: {} } },
      { when: { after_tool: 'parcel_status' }, reply: PARCEL_ANSWER },
      { json: { intent: 'ask for a person', summary: 'Asked for a person.', sentiment: 'neutral' } },
    ],
  });
}
