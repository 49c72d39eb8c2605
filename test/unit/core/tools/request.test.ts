import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unknownCaller } from '#core/identity/caller-identity';
import type { ArgumentValue } from '#core/tools/parameters';
import { requestOf } from '#core/tools/request';
import { toolContext, toolWith } from '../../../support/tool.ts';

function request(fields: Readonly<Record<string, unknown>>, values: Readonly<Record<string, ArgumentValue>> = {}) {
  return requestOf(toolWith(fields), new Map(Object.entries({ order_id: '7', ...values })), toolContext);
}

function urlFor(orderId: string, url = 'https://crm.example/orders/{order_id}') {
  const reading = request({ url }, { order_id: orderId });
  return reading.ok ? reading.request.url.href : reading.problem;
}

describe('the address of a request', () => {
  it('has every value percent-encoded', () => {
    expect(urlFor('a b/c?d=e&f#g%2f')).toBe('https://crm.example/orders/a%20b%2Fc%3Fd%3De%26f%23g%252f');
    expect(urlFor('x&admin=true', 'https://crm.example/find?order={order_id}&from={call.from}')).toBe(
      'https://crm.example/find?order=x%26admin%3Dtrue&from=%2B14255550100',
    );
  });

  it('never climbs out of its path', () => {
    const problem = 'A value is nothing that can stand in an address.';
    for (const value of ['.', '..', '../admin', '..\\admin', 'a/../../b', './x']) expect(urlFor(value)).toBe(problem);
    expect(urlFor('.', 'https://crm.example/a/.{order_id}/b')).toBe(problem);
    expect(urlFor('v1.2..3')).toBe('https://crm.example/orders/v1.2..3');
  });

  it('keeps its host and the shape of its path, whatever the values are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        const value = text.toWellFormed();
        const reading = request(
          { url: 'https://crm.example/orders/{order_id}/lines?q={order_id}' },
          { order_id: value },
        );
        if (!reading.ok) return;
        const { url } = reading.request;
        expect([url.host, url.username, url.hash, url.pathname.split('/').length]).toEqual(['crm.example', '', '', 4]);
        expect([...url.searchParams]).toEqual([['q', value]]);
      }),
    );
  });

  it('is not made while the customer it needs is not known', () => {
    const tool = toolWith({ url: 'https://crm.example/customers/{customer.id}' });
    expect(requestOf(tool, new Map(), toolContext)).toMatchObject({ ok: true });
    expect(requestOf(tool, new Map(), { ...toolContext, identity: unknownCaller })).toEqual({
      ok: false,
      problem: 'This needs customer.id, which is not known in this call.',
    });
  });
});

describe('the headers of a request', () => {
  it('have values filled in, and no line of their own', () => {
    expect(request({ headers: { 'X-Order': 'no {order_id}', 'Accept-Language': '{call.language}' } })).toMatchObject({
      request: { headers: { 'X-Order': 'no 7', 'Accept-Language': 'en-US' } },
    });
    for (const value of ['7\r\nX-Admin: true', '7\nx', '7\0', 'Łódź']) {
      expect(request({ headers: { 'X-Order': '{order_id}' } }, { order_id: value })).toEqual({
        ok: false,
        problem: 'A value has characters that cannot be sent.',
      });
    }
  });
});

describe('the body of a request', () => {
  const bodyFor = (body: unknown, values: Readonly<Record<string, ArgumentValue>> = {}): unknown => {
    const reading = request({ method: 'POST', body }, values);
    return reading.ok ? JSON.parse(reading.request.body ?? 'null') : reading;
  };

  it('has values as JSON values, never as text put together', () => {
    expect(bodyFor({ order: '{order_id}', note: 'for {call.from}' }, { order_id: '7","admin":"true' })).toEqual({
      order: '7","admin":"true',
      note: 'for +14255550100',
    });
    expect(
      bodyFor({ count: '{count}', ready: '{ready}', all: ['{count}', 1, null] }, { count: 3, ready: true }),
    ).toEqual({ count: 3, ready: true, all: [3, 1, null] });
  });

  it('leaves out what was not given', () => {
    expect(bodyFor({ order: '{order_id}', reason: '{reason}', list: ['{reason}'], text: 'since {reason}' })).toEqual({
      order: '7',
      list: [],
    });
  });

  it('is filled in once: what a value says in braces is no place', () => {
    expect(bodyFor({ order: '{order_id}', note: 'x {order_id}' }, { order_id: '{call.from}{secret}' })).toEqual({
      order: '{call.from}{secret}',
      note: 'x {call.from}{secret}',
    });
  });
});
