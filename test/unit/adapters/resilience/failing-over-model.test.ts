import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { failingOverModel } from '#adapters/resilience/failing-over';
import { PortError } from '#core/ports/error';
import type { LanguageModel, ModelRequest, ReplyChunk } from '#core/ports/language-model';
import { capturedLog } from '../../../support/captured-log.ts';
import { collect } from '../../../support/collect.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { scriptedLanguageModel, words } from '../../../support/scripted-language-model.ts';

const PATIENCE_MS = 2_000;
const request: ModelRequest = { messages: [{ role: 'user', text: 'my card' }], tools: [], maxTokens: 50 };
const { signal } = new AbortController();

const failure = (status?: number, more: { retryAfterMs?: number; code?: string } = {}): PortError =>
  new PortError('language-model', 'it failed', {
    retryable: status === undefined || status === 429 || status >= 500,
    ...(status === undefined ? {} : { status }),
    ...more,
  });
const textOf = (chunks: readonly ReplyChunk[]): string =>
  chunks.map((chunk) => (chunk.type === 'text' ? chunk.text : '')).join('');

function twoDeployments() {
  const clock = manualClock();
  const { log, lines } = capturedLog();
  const [primary, secondary] = [scriptedLanguageModel(), scriptedLanguageModel()];
  const model = failingOverModel([primary, secondary], { patienceMs: PATIENCE_MS, clock, log });
  const ask = async (): Promise<string> => textOf(await collect(model.reply(request, signal)));
  return {
    clock,
    lines,
    primary,
    secondary,
    model,
    ask,
    asked: () => [primary.requests.length, secondary.requests.length],
  };
}

function oneDeployment(model: LanguageModel = scriptedLanguageModel()) {
  const clock = manualClock();
  const { log, lines } = capturedLog();
  return { clock, lines, model: failingOverModel([model], { patienceMs: PATIENCE_MS, clock, log }) };
}

describe('a model with a second deployment', () => {
  it('answers from the first while that is well', async () => {
    const { primary, ask, asked, lines } = twoDeployments();
    primary.script(words('From the first.'));
    expect(await ask()).toBe('From the first.');
    expect(asked()).toEqual([1, 0]);
    expect(lines).toEqual([]);
  });

  it.each([
    ['is down', failure(503)],
    ['is busy', failure(429)],
    ['is not reached', failure()],
    ['does not know our key', failure(401)],
    ['does not let us in', failure(403)],
    ['was deleted', failure(404)],
    ['writes nothing', { type: 'end', reason: 'complete' } as const],
  ])('answers from the second when the first %s', async (_, first) => {
    const { primary, secondary, ask, lines } = twoDeployments();
    primary.script([first]);
    secondary.script(words('From the second.'));
    expect(await ask()).toBe('From the second.');
    expect(lines.map(({ msg }) => msg)).toContain('asked another service');
  });

  it('says in the log who took over from whom, and that the failed one rests, without a word of the call', async () => {
    const { primary, ask, lines } = twoDeployments();
    primary.script([failure(503)]);
    await ask();
    expect(lines).toMatchObject([
      { msg: 'service rests', service: 'primary', restMs: 5_000, port: 'language-model' },
      { msg: 'asked another service', service: 'secondary', insteadOf: 'primary' },
    ]);
    expect(JSON.stringify(lines)).not.toContain('my card');
  });

  it('asks the second beside a first that is silent, takes what comes first and cancels the other', async () => {
    const { primary, secondary, clock, ask, asked } = twoDeployments();
    primary.script(['hang']);
    secondary.script(words('From the second.'));
    const answer = ask();
    await clock.advance(PATIENCE_MS - 1);
    expect(asked()).toEqual([1, 0]);
    await clock.advance(1);
    expect(await answer).toBe('From the second.');
    expect(primary.cancelled).toBe(1);
  });

  it('keeps what a slow first deployment writes when the second has nothing sooner', async () => {
    const { clock, secondary, lines } = twoDeployments();
    let write = (): void => undefined;
    const slow: LanguageModel = {
      async *reply() {
        await new Promise<void>((resolve) => (write = resolve));
        yield* words('Slowly.') as ReplyChunk[];
      },
    };
    secondary.script(['hang']);
    const { log } = capturedLog();
    const model = failingOverModel([slow, secondary], { patienceMs: PATIENCE_MS, clock, log });
    const answer = collect(model.reply(request, signal));
    await clock.advance(PATIENCE_MS);
    write();
    expect(textOf(await answer)).toBe('Slowly.');
    await clock.advance(0);
    expect(secondary.cancelled).toBe(1);
    expect(lines).toEqual([]);
  });

  it('leaves a first deployment that failed alone for some seconds, then tries it with one call', async () => {
    const { primary, clock, ask, asked, lines } = twoDeployments();
    primary.script([failure(500)]);
    await ask();
    await ask();
    expect(asked()).toEqual([1, 2]);
    await clock.advance(5_000);
    primary.script(words('Back.'));
    expect(await ask()).toBe('Back.');
    expect(lines.at(-1)).toMatchObject({ msg: 'service is back', service: 'primary' });
    expect(asked()).toEqual([2, 2]);
  });

  it('lets no second call find out how the first deployment is', async () => {
    const { primary, clock, ask, model, asked } = twoDeployments();
    primary.script([failure(500)]);
    await ask();
    await clock.advance(5_000);
    primary.script(['hang']);
    const hungUp = new AbortController();
    const finding = collect(model.reply(request, hungUp.signal));
    expect(await ask()).toBe('All right.');
    expect(asked()).toEqual([2, 2]);
    const reason = new Error('hung up');
    hungUp.abort(reason);
    await expect(finding).rejects.toBe(reason);
    await ask();
    expect(asked()).toEqual([3, 2]);
  });

  it('waits as long as a busy deployment asks before it tries that again', async () => {
    const { primary, clock, ask, asked } = twoDeployments();
    primary.script([failure(429, { retryAfterMs: 20_000 })]);
    await ask();
    await clock.advance(19_999);
    await ask();
    expect(asked()).toEqual([1, 2]);
    await clock.advance(1);
    await ask();
    expect(asked()).toEqual([2, 2]);
  });

  it('tries both when both rest: no call fails unasked', async () => {
    const { primary, secondary, ask } = twoDeployments();
    primary.script([failure(500)]);
    secondary.script([failure(500)]);
    await expect(ask()).rejects.toMatchObject({ status: 500 });
    expect(await ask()).toBe('All right.');
  });

  it('does not ask the second what a content filter stopped', async () => {
    const { primary, model, asked } = twoDeployments();
    primary.script([{ type: 'end', reason: 'filtered' }]);
    expect(await collect(model.reply(request, signal))).toEqual([{ type: 'end', reason: 'filtered' }]);
    expect(asked()).toEqual([1, 0]);
  });

  it('does not ask the second what no deployment would take', async () => {
    const { primary, ask, asked, lines } = twoDeployments();
    primary.script([failure(400)]);
    await expect(ask()).rejects.toMatchObject({ status: 400 });
    expect(asked()).toEqual([1, 0]);
    expect(lines).toEqual([]);
  });

  it('does not say twice what the caller has heard the beginning of', async () => {
    const { primary, model, asked } = twoDeployments();
    primary.script([{ type: 'text', text: 'I can' }, failure()]);
    const heard: ReplyChunk[] = [];
    const listening = (async () => {
      for await (const chunk of model.reply(request, signal)) heard.push(chunk);
    })();
    await expect(listening).rejects.toMatchObject({ port: 'language-model' });
    expect(textOf(heard)).toBe('I can');
    expect(asked()).toEqual([1, 0]);
    await collect(model.reply(request, signal));
    expect(asked()).toEqual([1, 1]);
  });

  it('stops both at once when the caller interrupts', async () => {
    const { primary, secondary, clock, model } = twoDeployments();
    primary.script(['hang']);
    secondary.script(['hang']);
    const interrupted = new AbortController();
    const reason = new Error('the caller speaks');
    const answer = collect(model.reply(request, interrupted.signal));
    await clock.advance(PATIENCE_MS);
    interrupted.abort(reason);
    await expect(answer).rejects.toBe(reason);
    await clock.advance(0);
    expect([primary.cancelled, secondary.cancelled]).toEqual([1, 1]);
  });

  it('stops in the middle of a reply when the caller interrupts, and hears nothing of it after the end', async () => {
    const given: AbortSignal[] = [];
    const telling: LanguageModel = {
      async *reply(_, ownSignal) {
        given.push(ownSignal);
        yield* words('one two') as ReplyChunk[];
        await Promise.resolve();
      },
    };
    const { model } = oneDeployment(telling);
    const interrupted = new AbortController();
    const reason = new Error('the caller speaks');
    for await (const _chunk of model.reply(request, interrupted.signal)) interrupted.abort(reason);
    const ended = new AbortController();
    await collect(model.reply(request, ended.signal));
    expect(getEventListeners(ended.signal, 'abort')).toEqual([]);
    expect(given.map((own) => [own.aborted, own.reason as unknown])).toEqual([
      [true, reason],
      [false, undefined],
    ]);
  });

  it('is not asked by a caller who has gone', async () => {
    const { model, asked } = twoDeployments();
    const reason = new Error('gone');
    await expect(collect(model.reply(request, AbortSignal.abort(reason)))).rejects.toBe(reason);
    expect(asked()).toEqual([0, 0]);
  });

  it('gives its connection back when the reply is left in the middle', async () => {
    let open = 0;
    const counting: LanguageModel = {
      async *reply() {
        open += 1;
        try {
          yield* [...words('one'), ...words('two')] as ReplyChunk[];
          await Promise.resolve();
        } finally {
          open -= 1;
        }
      },
    };
    for await (const chunk of oneDeployment(counting).model.reply(request, signal)) if (chunk.type === 'text') break;
    expect(open).toBe(0);
  });
});

describe('a model with one deployment', () => {
  it('is asked once more when nothing has come', async () => {
    const only = scriptedLanguageModel([failure(500)], words('Here.'));
    const { model, lines } = oneDeployment(only);
    expect(textOf(await collect(model.reply(request, signal)))).toBe('Here.');
    expect(lines.map(({ msg }) => msg)).toEqual(['asked the service again']);
  });

  it('is not asked a third time', async () => {
    const only = scriptedLanguageModel([failure(500)], [failure(502)], words('Here.'));
    await expect(collect(oneDeployment(only).model.reply(request, signal))).rejects.toMatchObject({ status: 502 });
    expect(only.requests).toHaveLength(2);
  });

  it('is not asked again with a key it does not know', async () => {
    const only = scriptedLanguageModel([failure(401)]);
    await expect(collect(oneDeployment(only).model.reply(request, signal))).rejects.toMatchObject({ status: 401 });
    expect(only.requests).toHaveLength(1);
  });

  it('gets the pause it asks for when that is short', async () => {
    const only = scriptedLanguageModel([failure(429, { retryAfterMs: 700 })], words('Here.'));
    const { model, clock } = oneDeployment(only);
    const answer = collect(model.reply(request, signal));
    await clock.advance(699);
    expect(only.requests).toHaveLength(1);
    await clock.advance(1);
    expect(textOf(await answer)).toBe('Here.');
  });

  it('is not asked again when it wants a pause no caller waits for', async () => {
    const only = scriptedLanguageModel([failure(429, { retryAfterMs: 8_000 })]);
    await expect(collect(oneDeployment(only).model.reply(request, signal))).rejects.toMatchObject({ status: 429 });
    expect(only.requests).toHaveLength(1);
  });

  it('is asked a second time beside a request that went silent', async () => {
    const only = scriptedLanguageModel(['hang'], words('Here.'));
    const { model, clock } = oneDeployment(only);
    const answer = collect(model.reply(request, signal));
    await clock.advance(PATIENCE_MS);
    expect(textOf(await answer)).toBe('Here.');
    expect(only.cancelled).toBe(1);
  });

  it('is given up with those beside it when all have been silent for as long as a caller waits', async () => {
    const only = scriptedLanguageModel(['hang'], ['hang']);
    const clock = manualClock();
    const { log } = capturedLog();
    const model = failingOverModel([only], { patienceMs: PATIENCE_MS, limitMs: 2 * PATIENCE_MS, clock, log });
    const failed = expect(collect(model.reply(request, signal))).rejects.toMatchObject({ code: 'silent' });
    await clock.advance(2 * PATIENCE_MS);
    await failed;
    expect([only.requests.length, only.cancelled]).toEqual([2, 2]);
  });

  it('that answered in time is not given up while it writes', async () => {
    const only = scriptedLanguageModel(words('Here.'));
    const clock = manualClock();
    const { log } = capturedLog();
    const model = failingOverModel([only], { patienceMs: PATIENCE_MS, limitMs: 2 * PATIENCE_MS, clock, log });
    const reply = model.reply(request, signal)[Symbol.asyncIterator]();
    await reply.next();
    await clock.advance(3 * PATIENCE_MS);
    expect((await reply.next()).done).toBe(false);
  });

  it('that is slow for everybody is not made slower: few are asked twice', async () => {
    const only = scriptedLanguageModel(...Array.from({ length: 40 }, () => ['hang'] as const));
    const { model, clock } = oneDeployment(only);
    const ended = new AbortController();
    const answers = Array.from({ length: 20 }, () => collect(model.reply(request, ended.signal)));
    await clock.advance(PATIENCE_MS * 2);
    expect(only.requests).toHaveLength(23);
    ended.abort(new Error('hung up'));
    await Promise.allSettled(answers);
  });
});
