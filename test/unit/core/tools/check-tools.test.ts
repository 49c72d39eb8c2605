import { describe, expect, it } from 'vitest';
import { checkTools } from '#core/tools/check-tools';
import { agentWith, english } from '../../../support/turn-play.ts';

const status = {
  name: 'order_status',
  description: 'Where an order is.',
  parameters: { order_id: { type: 'string', description: 'The number of the order.' } },
  url: 'https://crm.example/orders/{order_id}',
};

function issues(fields: Readonly<Record<string, unknown>>, agent: Readonly<Record<string, unknown>> = {}): string[] {
  return checkTools(agentWith({ tools: [{ ...status, ...fields }], ...agent })).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );
}

describe('a tool in the file of an agent', () => {
  it('has nothing wrong with it when it is right', () => {
    expect(
      issues({
        method: 'POST',
        headers: { 'X-Customer': '{customer.id}' },
        body: { order: '{order_id}', from: '{call.from}' },
        secret: 'CRM_KEY',
        secretHeader: 'X-Api-Key',
        meanwhile: 'Let me look.',
      }),
    ).toEqual([]);
  });

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['has the name of a built-in', { name: 'end_call' }, 'tools.0.name: "end_call" is there already'],
    ['has a host to fill in', { url: 'https://{order_id}.crm.example/' }, 'tools.0.url: its host is fixed'],
    ['has a password in its address', { url: 'https://a:b@crm.example/{order_id}' }, 'tools.0.url: its host is fixed'],
    ['has no address', { url: '/orders/{order_id}' }, 'tools.0.url: expected a URL'],
    ['is no web request', { url: 'file:///etc/passwd' }, 'tools.0.url: expected a URL'],
    ['has a fragment', { url: 'https://crm.example/#{order_id}' }, 'tools.0.url: a fragment is never sent'],
    ['has a place nobody fills', { url: 'https://crm.example/{order}' }, 'tools.0.url: nothing fills {order}'],
    [
      'asks for a secret as a place',
      { headers: { 'X-Key': '{secret}' } },
      'tools.0.headers.X-Key: nothing fills {secret}',
    ],
    [
      'has a place in its body nobody fills',
      { method: 'POST', body: { a: ['{b}'] } },
      'tools.0.body: nothing fills {b}',
    ],
    ['has a stray brace', { url: 'https://crm.example/{order_id}}' }, 'tools.0.url: a brace'],
    ['sends a body with a GET', { body: {} }, 'tools.0.body: a GET has none'],
    ['has its secret in the file', { headers: { Authorization: 'Bearer x' } }, 'use `secret`'],
    ['frames its own request', { headers: { 'Content-Length': '1' } }, 'is no header a tool may send'],
    ['breaks a header', { headers: { 'X-A': 'a\r\nb' } }, 'has characters that cannot be sent'],
    ['names a header for no secret', { secretHeader: 'X-Key' }, 'tools.0.secretHeader: there is no `secret`'],
    [
      'has a pattern that is none',
      { parameters: { order_id: { type: 'string', description: 'x', pattern: '(' } } },
      'tools.0.parameters.order_id.pattern: is no regular expression',
    ],
    [
      'bounds what has no bounds',
      { parameters: { order_id: { type: 'boolean', description: 'x', maximum: 1, maxLength: 3 } } },
      'tools.0.parameters.order_id.maximum: means nothing for a boolean',
    ],
    [
      'can do without what its address needs',
      { parameters: { order_id: { type: 'string', description: 'x', required: false } } },
      'tools.0.parameters.order_id.required: the URL or a header needs it',
    ],
  ])('is refused when it %s', (_, fields, issue) => {
    expect(issues(fields).join('\n')).toContain(issue);
  });

  it('has a name of its own', () => {
    expect(issues({}, { tools: [status, status] })).toEqual(['tools.1.name: there is another tool "order_status"']);
  });

  it('has words in each language of the agent', () => {
    const bilingual = { languages: [english(), english({ language: 'es-MX' })] };
    expect(issues({ meanwhile: 'Let me look.' }, bilingual)).toEqual([
      'tools.0.meanwhile: give one for each language: en-US, es-MX',
    ]);
    expect(issues({ onFailure: { en: 'Sorry.' } }, bilingual)).toEqual(['tools.0.onFailure: there is none for es-MX']);
    expect(issues({ onFailure: { en: 'Sorry.', 'es-MX': 'Lo siento.' } }, bilingual)).toEqual([]);
  });
});
