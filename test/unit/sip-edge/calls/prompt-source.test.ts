import { describe, expect, it } from 'vitest';
import { textOfSsml } from '../../../../sip-edge/calls/prompt-source.ts';

describe('SSML for a speech service that takes text', () => {
  it('is what is said', () => {
    const ssml =
      '<speak version="1.0"><voice name="v">Fish &amp; <emphasis>chips</emphasis>\n&lt;now&gt;</voice></speak>';
    expect(textOfSsml(ssml)).toBe('Fish & chips <now>');
  });
});
