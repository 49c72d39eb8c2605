import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchRoute, parseRoute } from '../../../../emulator/functions-host/http/route-template.ts';
import { findRoute } from '../../../../emulator/functions-host/triggers/http-trigger.ts';
import type { HttpFunction } from '../../../../emulator/functions-host/app/functions.ts';

const match = (template: string, path: string): Readonly<Record<string, string>> | undefined =>
  matchRoute(parseRoute(template), path);

describe('a route', () => {
  it.each([
    ['calls/{callId}/events', 'calls/c-1/events', { callId: 'c-1' }],
    ['Calls/{callId}/Events', 'CALLS/c-1/events/', { callId: 'c-1' }],
    ['items/{id:int}', 'items/-12', { id: '-12' }],
    ['items/{id:int:range(1,5)}', 'items/5', { id: '5' }],
    ['items/{name?}', 'items', {}],
    ['items/{name:alpha?}', 'items/abc', { name: 'abc' }],
    ['files/{*rest}', 'files/a/b%20c', { rest: 'a/b c' }],
    ['files/{**rest}', 'files', { rest: '' }],
    ['orders/{id:guid}', 'orders/7b8a5c1e-1111-4222-8333-444455556666', { id: '7b8a5c1e-1111-4222-8333-444455556666' }],
    ['codes/{code:length(3)}', 'codes/abc', { code: 'abc' }],
  ])('%s takes %s', (template, path, params) => {
    expect(match(template, path)).toEqual(params);
  });

  it.each([
    ['calls/{callId}/events', 'calls//events'],
    ['calls/{callId}/events', 'calls/c-1'],
    ['calls/{callId}', 'calls/c-1/events'],
    ['items/{id:int}', 'items/12x'],
    ['items/{id:int}', 'items/99999999999'],
    ['items/{id:range(1,5)}', 'items/6'],
    ['items/{id:minlength(2):maxlength(3)}', 'items/abcd'],
    ['items/{flag:bool}', 'items/yes'],
    ['items/{id}', 'items/%zz'],
  ])('%s does not take %s', (template, path) => {
    expect(match(template, path)).toBeUndefined();
  });

  it.each([
    'a/{}',
    'a/{x}{y}',
    'a/{x?}/b',
    '{*all}/b',
    'a/{id}/{ID}',
    'a/{id:odd}',
    'a/{id:range(1)}',
    'a/{id:min(x)}',
  ])('is refused when it is %s', (template) => {
    expect(() => parseRoute(template)).toThrow(template);
  });

  it('answers any path without failing', () => {
    const route = parseRoute('a/{id:int}/{*rest}');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (path) => {
        matchRoute(route, path);
      }),
    );
  });

  it('gives back any part that a sender encoded', () => {
    const part = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(part, (text) => {
        expect(match('a/{part}/b', `a/${encodeURIComponent(text)}/b`)).toEqual({ part: text });
      }),
    );
  });
});

describe('several routes', () => {
  const http = (functionName: string, template: string, methods = ['GET']): HttpFunction => ({
    kind: 'http',
    functionName,
    binding: 'request',
    route: parseRoute(template),
    methods,
    authLevel: 'anonymous',
  });
  const functions = [
    http('rest', '{*all}'),
    http('one', 'calls/{id}'),
    http('count', 'calls/{id:int}'),
    http('latest', 'calls/latest'),
    http('add', 'calls/{id}', ['POST']),
  ];

  it.each([
    ['calls/latest', 'latest'],
    ['calls/7', 'count'],
    ['calls/c-7', 'one'],
    ['elsewhere', 'rest'],
  ])('%s goes to the most literal of them', (path, functionName) => {
    expect(findRoute(functions, 'GET', path)).toMatchObject({ kind: 'found', target: { functionName } });
  });

  it('of one path go by method', () => {
    expect(findRoute(functions, 'POST', 'calls/7')).toMatchObject({ kind: 'found', target: { functionName: 'add' } });
    expect(findRoute(functions, 'DELETE', 'calls/7')).toEqual({ kind: 'method-not-allowed', allow: ['GET', 'POST'] });
  });
});
