import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

describe('npm start -- --once', () => {
  it('places the demo call, tells its story, leaves a recording and a diagram, and ends with status 0', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['emulator/stack/start.ts', '--once'], {
      cwd: root,
      env: { PATH: process.env['PATH'], STACK_LISTEN: '127.0.0.1:0' },
    });
    expect(stdout).toContain('disputed-charge: everything expected held');
    expect(stdout).toMatch(/X-AI-Summary +Disputes 90\.00 USD/);
    const [wav = '', diagram = ''] = [...stdout.matchAll(/^ +(?:recording|diagram) +(\S+)/gm)].map(([, file]) => file);
    expect(existsSync(path.join(root, wav))).toBe(true);
    expect(readFileSync(path.join(root, diagram), 'utf8')).toMatch(/^sequenceDiagram/);
  });
});
