import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCustomHeaders } from '../../../../sip-edge/calls/custom-headers.ts';

describe('custom headers of a request', () => {
  it('are taken apart into User-to-User and the others, in any spelling', () => {
    for (const name of ['User-To-User', 'userToUser', 'USER-TO-USER']) {
      expect(readCustomHeaders({ [name]: 'a;encoding=hex', 'X-MS-Custom-A': '1' })).toEqual({
        kind: 'legal',
        headers: { userToUser: 'a;encoding=hex', custom: [{ name: 'X-MS-Custom-A', value: '1' }] },
      });
    }
  });

  it.each([
    [{ Via: 'x' }],
    [{ 'X-MS-Reserved': 'x' }],
    [{ 'X-A B': 'x' }],
    [{ 'X-A': 'two words' }],
    [{ 'X-A': 'a,b' }],
  ])('are refused: %j', (headers) => {
    expect(readCustomHeaders(headers).kind).toBe('illegal');
  });

  it('never carry a control character or more than the limits, and a refusal never repeats a value', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.oneof(
            fc.string(),
            fc.string().map((name) => `X-${name}`),
          ),
          fc.string(),
        ),
        (given) => {
          const result = readCustomHeaders(given);
          if (result.kind === 'illegal') return;
          expect(result.headers.custom.length).toBeLessThanOrEqual(5);
          for (const { name, value } of result.headers.custom) {
            expect(name).toMatch(/^X-[!-~]{1,62}$/i);
            expect(value).toMatch(/^[!-~]{0,256}$/);
          }
        },
      ),
    );
  });
});
