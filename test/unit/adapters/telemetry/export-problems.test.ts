import { describe, expect, it } from 'vitest';
import { exportProblems } from '#adapters/telemetry/export-problems';
import { exportProblems as exportProblemsOfEdge } from '../../../../sip-edge/telemetry/export-problems.ts';
import { capturedLog } from '../../../support/captured-log.ts';

describe.each([
  ['functions and bridge', exportProblems],
  ['the edge', exportProblemsOfEdge],
])('telemetry that is not delivered, in %s', (_program, problemsOf) => {
  function told(...problems: readonly unknown[]): readonly unknown[] {
    return problems.map((problem) => {
      const { log, lines } = capturedLog();
      problemsOf(log).error(...((Array.isArray(problem) ? problem : [problem]) as [string]));
      return lines[0]?.['problem'];
    });
  }

  it('is told at once, then once a minute with how often it happened since', () => {
    const { log, lines } = capturedLog();
    let nowMs = 5;
    const problems = problemsOf(log, () => nowMs);
    for (nowMs of [5, 10, 60_004, 60_005, 60_006, 180_000]) problems.warn('refused');
    expect(lines).toMatchObject([
      { level: 40, msg: 'telemetry not delivered', problem: 'refused', times: 1 },
      { times: 3 },
      { times: 2 },
    ]);
  });

  it('says what went wrong with the words of the network or the status', () => {
    const refused = JSON.stringify({
      name: 'Error',
      code: 'ECONNREFUSED',
      message: 'connect ECONNREFUSED 127.0.0.1:4318',
    });
    const status = JSON.stringify({
      name: 'OTLPExporterError',
      code: '403',
      message: 'Forbidden',
      data: 'who are you',
    });
    expect(told(refused, status, ['@scope/name', 'Request timed out. Error message:', 'late'])).toEqual([
      'Error ECONNREFUSED connect ECONNREFUSED 127.0.0.1:4318',
      'OTLPExporterError 403 Forbidden',
      '@scope/name Request timed out. Error message: late',
    ]);
    expect(told(Object.assign(new Error('Forbidden'), { code: 403 }))).toEqual(['Error 403 Forbidden']);
  });

  it('keeps headers, addresses and connection strings to itself', () => {
    const key = '0a1b2c3d-1111-2222-3333-444455556666';
    const texts = told(
      'Header "authorization" has invalid value (Bearer s3cret) and will be ignored',
      `InstrumentationKey=${key};IngestionEndpoint=https://s3cret.example/`,
      `no resource ${key} here`,
      "Could not parse environment-provided export URL: 'https://me:s3cret@collector.example'",
      'failed at https://me:s3cret@collector.example/v1/traces',
      { headers: { authorization: 's3cret' } },
      'x'.repeat(500),
    ).map(String);
    expect(texts.filter((text) => text.includes('s3cret') || text.includes(key) || text.length > 200)).toEqual([]);
    expect(texts[2]).toBe('no resource … here');
  });

  it('is nothing when all goes well', () => {
    const { log, lines } = capturedLog();
    const problems = problemsOf(log);
    problems.info('sent');
    problems.debug('sent');
    problems.verbose('sent');
    expect(lines).toEqual([]);
  });
});
