import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EdgeUnderTest } from '../../support/edge-under-test.ts';
import { promptWav } from '../../support/prompt-wav.ts';

let edge: EdgeUnderTest;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'edge-recordings-'));
  edge = new EdgeUnderTest();
  await edge.start({ EDGE_RECORDINGS_DIR: folder });
});
afterEach(async () => {
  await edge.close();
  await rm(folder, { recursive: true });
});

async function recordedSamples(): Promise<Int16Array> {
  const [file = ''] = await readdir(folder);
  const bytes = await readFile(join(folder, file));
  expect(bytes.readUInt32LE(40)).toBe(bytes.length - 44);
  return Int16Array.from({ length: (bytes.length - 44) / 2 }, (_, index) => bytes.readInt16LE(44 + index * 2));
}

describe('a recording', () => {
  it.each([
    ['unmixed', 2, [100, 1]],
    ['mixed', 1, [101, 101]],
  ] as const)('keeps both sides, %s', async (recordingChannel, channels, firstSamples) => {
    const { call, leg, connectionId } = await edge.connect();
    const url = edge.application.serveFile('/prompt.wav', promptWav(3));
    await call.getCallMedia().playToAll([{ kind: 'fileSource', url }]);
    await edge.application.callback('PlayStarted');
    const recordings = edge.client().getCallRecording();
    const { recordingId, recordingState } = await recordings.start({
      callConnectionId: connectionId,
      recordingChannel,
    });
    expect(recordingState).toBe('active');
    for (let tick = 0; tick < 3; tick += 1) leg.audio.tick(new Int16Array(320).fill(100), false);
    await recordings.stop(recordingId);
    const samples = await recordedSamples();
    expect(samples).toHaveLength(3 * 320 * channels);
    expect([...samples.slice(0, 2)]).toEqual(firstSamples);
    expect((await recordings.getState(recordingId)).recordingState).toBe('inactive');
  });

  it('leaves out what is said while it pauses, and reports its states', async () => {
    const { leg, data } = await edge.connect();
    const recordings = edge.client().getCallRecording();
    const { recordingId } = await recordings.start({
      callLocator: { id: data['serverCallId'] as string, kind: 'serverCallLocator' },
      recordingStateCallbackEndpointUrl: `${edge.application.url}/recordings`,
    });
    await recordings.pause(recordingId);
    leg.audio.tick();
    await recordings.resume(recordingId);
    leg.audio.tick();
    leg.endBy('peer');
    await edge.application.callback('CallDisconnected');
    await edge.application.waitFor(() => edge.application.callbackNames('/recordings').length === 4);
    const states = edge.application.received
      .filter(({ path }) => path === '/recordings')
      .map(({ body }) => (body as [{ data: { state: string } }])[0].data.state);
    expect(states).toEqual(['active', 'inactive', 'active', 'inactive']);
    const [event] = edge.application.received.find(({ path }) => path === '/recordings')?.body as [{ source: string }];
    expect(event.source).toBe(
      `calling/recordings/${String(data['serverCallId'])}/${recordingId}/RecordingStateChanged`,
    );
    expect((await recordings.getState(recordingId)).recordingState).toBe('inactive');
  });

  it('cannot run twice in a call, nor in a format that is not kept', async () => {
    const { connectionId: callConnectionId } = await edge.connect();
    const recordings = edge.client().getCallRecording();
    await recordings.start({ callConnectionId });
    await expect(recordings.start({ callConnectionId })).rejects.toMatchObject({ statusCode: 400, code: '8559' });
    await expect(recordings.start({ callConnectionId, recordingFormat: 'mp3' })).rejects.toMatchObject({
      statusCode: 501,
    });
    await expect(recordings.getState('unknown')).rejects.toMatchObject({ statusCode: 404 });
  });
});
