import { describe, expect, it } from 'vitest';
import { fixedPrompts } from '#core/conversation/fixed-prompts';
import type { Texts } from '#core/language/pack';

const texts: Texts = {
  fillers: ['One moment.', 'Let me see.'],
  reprompts: ['Are you still there?'],
  closing: 'I will hang up now.',
  goodbye: 'Goodbye.',
  confirmation: 'Shall I connect you?',
  announcement: 'I am connecting you.',
  failureMessage: 'Nobody can take your call.',
  trouble: 'I am having trouble.',
  resume: 'Please go on.',
  repeat: 'Again, please?',
  declined: 'I cannot help with that.',
  toolFailed: 'I cannot look that up.',
  knowledgeIntro: 'Here it is:',
};
const greetingUnknown = 'Hello, how can I help?';

describe('the fixed prompts of an agent', () => {
  it('are all its sentences, each once', () => {
    const prompts = fixedPrompts({
      greeting: greetingUnknown,
      greetingUnknown,
      texts: { ...texts, resume: 'Goodbye.' },
    });
    expect(prompts).toContain('Let me see.');
    expect(prompts).toContain(greetingUnknown);
    expect(prompts.filter((prompt) => prompt === 'Goodbye.')).toHaveLength(1);
    expect(prompts).toHaveLength(14);
  });

  it('have no greeting with a name in it', () => {
    const prompts = fixedPrompts({ greeting: 'Hello {name}.', greetingUnknown, texts });
    expect(prompts.filter((prompt) => prompt.startsWith('Hello'))).toEqual([greetingUnknown]);
  });
});
