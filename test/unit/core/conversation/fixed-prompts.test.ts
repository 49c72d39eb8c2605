import { describe, expect, it } from 'vitest';
import { fixedPrompts } from '#core/conversation/fixed-prompts';
import type { Texts } from '#core/language/pack';
import { packOf } from '../../../support/language-packs.ts';

const texts: Texts = {
  ...packOf('en').texts,
  fillers: ['One moment.', 'Let me see.'],
  reprompts: ['Are you still there?'],
  goodbye: 'Goodbye.',
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
  });

  it('have no sentence with a number in it', () => {
    const prompts = fixedPrompts({ greeting: greetingUnknown, greetingUnknown, texts });
    expect(prompts).toContain(texts.connectOrCallBack);
    expect(prompts.filter((prompt) => prompt.includes('{'))).toEqual([]);
  });

  it('have no greeting with a name in it', () => {
    const prompts = fixedPrompts({ greeting: 'Hello {name}.', greetingUnknown, texts });
    expect(prompts.filter((prompt) => prompt.startsWith('Hello'))).toEqual([greetingUnknown]);
  });
});
