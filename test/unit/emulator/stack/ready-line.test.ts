import { describe, expect, it } from 'vitest';
import { readReadyLine, sipAddress } from '../../../../emulator/stack/process/ready-line.ts';

describe('the line by which a program says that it serves', () => {
  const listening = { http: 'http://127.0.0.1:8080', sip: ['udp:127.0.0.1:5060', 'tcp:127.0.0.1:5061'] };

  it('gives its addresses', () => {
    const ready = readReadyLine(JSON.stringify({ level: 30, msg: 'ready', listening }));
    expect(ready).toEqual(listening);
    expect(ready && sipAddress(ready, 'tcp')).toBe('127.0.0.1:5061');
  });

  it.each(['', 'ready', '{"msg":"ready"}', '{"msg":"ready","listening":{"http":7}}', '{"msg":"draining"}', '[1]'])(
    'is none of the others: %s',
    (text) => {
      expect(readReadyLine(text)).toBeUndefined();
    },
  );

  it('does not hide that the edge lacks a transport', () => {
    expect(() => sipAddress({ ...listening, sip: ['udp:127.0.0.1:5060'] }, 'tcp')).toThrow(/does not listen on tcp/);
  });
});
