import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerFrom } from '../../../../emulator/openai/chat/answer.ts';
import { parseChatRequest, type ChatRequest } from '../../../../emulator/openai/chat/request.ts';
import { parseRules, type Rule } from '../../../../emulator/openai/scripts/rule.ts';
import { ScriptBook } from '../../../../emulator/openai/scripts/script-book.ts';

function rules(...wire: object[]): readonly Rule[] {
  const parsed = parseRules({ rules: wire });
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.rules;
}

function request(body: object): ChatRequest {
  const parsed = parseChatRequest(body);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.request;
}

const tool = (name: string) => ({ type: 'function', function: { name } });
const said = (content: string, more: object = {}): ChatRequest =>
  request({
    messages: [
      { role: 'system', content: 'The customer is Maria.' },
      { role: 'user', content },
    ],
    ...more,
  });
const afterTool = request({
  messages: [
    { role: 'user', content: 'a person please' },
    { role: 'assistant', content: null, tool_calls: [{ id: '1', function: { name: 'transfer_to_person' } }] },
    { role: 'tool', tool_call_id: '1', content: '{}' },
  ],
  tools: [tool('transfer_to_person')],
});

function replyOf(book: ScriptBook, chat: ChatRequest): string | undefined {
  const then = book.take(chat)?.then;
  return then === undefined || then.kind === 'error' ? then?.code : then.text;
}

describe('a script', () => {
  it('answers what the caller said, without regard to case', () => {
    const book = new ScriptBook();
    book.put('a', rules({ when: { said: 'dispute.*charge' }, reply: 'Sure.' }));
    expect(replyOf(book, said('I want to DISPUTE a charge'))).toBe('Sure.');
    expect(replyOf(book, said('Hello'))).toBeUndefined();
  });

  it('answers for one caller by what the system message says about them', () => {
    const book = new ScriptBook();
    book.put(
      'a',
      rules({ when: { about: 'customer is John' }, reply: 'John' }, { when: { about: 'is Maria' }, reply: 'Maria' }),
    );
    expect(replyOf(book, said('Hi'))).toBe('Maria');
  });

  it('registered last is asked first, and the older one again when it is gone', () => {
    const book = new ScriptBook();
    book.put('old', rules({ reply: 'old' }));
    book.put('new', rules({ when: { said: 'hi' }, reply: 'new' }));
    expect(replyOf(book, said('hi'))).toBe('new');
    expect(replyOf(book, said('bye'))).toBe('old');
    book.delete('new');
    expect(replyOf(book, said('hi'))).toBe('old');
  });

  it('does not answer a tool result with the rule that called the tool', () => {
    const book = new ScriptBook();
    const call = { when: { said: 'person' }, tool: { name: 'transfer_to_person' } };
    book.put('a', rules(call, { when: { after_tool: 'transfer_to_person' }, reply: 'Transferring.' }));
    expect(replyOf(book, afterTool)).toBe('Transferring.');
  });

  it('calls no tool that was not offered', () => {
    const book = new ScriptBook();
    book.put(
      'a',
      rules({ reply: 'One moment.', tool: { name: 'transfer_to_person' } }, { reply: 'I cannot do that.' }),
    );
    expect(replyOf(book, said('person'))).toBe('I cannot do that.');
    expect(replyOf(book, said('person', { tools: [tool('transfer_to_person')] }))).toBe('One moment.');
  });

  it('gives JSON to who asks for JSON, and to nobody else', () => {
    const book = new ScriptBook();
    book.put('a', rules({ json: { a: 1 } }, { reply: 'words' }));
    expect(replyOf(book, said('x'))).toBe('words');
    expect(replyOf(book, said('x', { response_format: { type: 'json_object' } }))).toBe('{"a":1}');
    const packet = request({ messages: [{ role: 'system', content: 'Write the summary packet.' }] });
    expect(replyOf(book, packet)).toBe('{"a":1}');
  });

  it('fails as often as it says and then goes on', () => {
    const book = new ScriptBook();
    book.put('a', rules({ error: { status: 503, code: 'down' }, times: 2 }, { reply: 'back' }));
    expect([1, 2, 3].map(() => replyOf(book, said('x')))).toEqual(['down', 'down', 'back']);
  });

  it.each([
    ['a pattern that does not compile', { when: { said: '[' }, reply: 'x' }, 'rules[0].when.said'],
    ['a pattern that can take for ever', { when: { said: '(a+)+b' }, reply: 'x' }, 'rules[0].when.said'],
    ['a pattern without end', { when: { about: 'a'.repeat(501) }, reply: 'x' }, 'rules[0].when.about'],
    ['no answer', { when: { said: 'x' } }, 'rules[0]'],
    ['two answers', { reply: 'x', json: {} }, 'rules[0]'],
    ['a word nobody knows', { wen: {}, reply: 'x' }, 'rules[0]'],
  ])('with %s is refused, naming the rule', (_what, rule, where) => {
    const parsed = parseRules({ rules: [rule] });
    expect(parsed.ok ? '' : parsed.reason).toContain(where);
  });

  it('of any JSON at all is taken or refused with a reason', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        expect(typeof parseRules(body).ok).toBe('boolean');
      }),
    );
  });
});

describe('an answer', () => {
  it('in words joins to its text', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((text) => text.trim() !== ''),
        (text) => {
          expect(answerFrom({ kind: 'reply', text }, Infinity).words.join('')).toBe(text);
        },
      ),
    );
  });

  it('whose words do not fit the limit calls no tool', () => {
    const scripted = { kind: 'tool', text: 'one two three', name: 't', argumentsJson: '{}' } as const;
    expect(answerFrom(scripted, 2)).toMatchObject({ words: ['one', ' two'], tool: undefined, finishReason: 'length' });
  });
});
