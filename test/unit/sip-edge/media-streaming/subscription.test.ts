import { describe, expect, it } from 'vitest';
import type { CallEvent } from '../../../../sip-edge/callbacks/events.ts';
import { createSigningKey } from '../../../../sip-edge/callbacks/signing-key.ts';
import { Voice } from '../../../../sip-edge/calls/voice.ts';
import { Faults } from '../../../../sip-edge/faults.ts';
import { audioFormats } from '../../../../sip-edge/media-streaming/messages.ts';
import { MediaSubscription } from '../../../../sip-edge/media-streaming/subscription.ts';
import { SettingsStore } from '../../../../sip-edge/settings.ts';
import { ScriptedLeg } from '../../../support/scripted-telephony.ts';

describe('media streaming to an address that no WebSocket can have', () => {
  it('fails like any other connection, can be tried again, and keeps the address out of the log', async () => {
    const logged: object[] = [];
    const line = (fields: object, message: string): void => void logged.push({ ...fields, message });
    const { audio } = new ScriptedLeg('caller');
    const subscription = new MediaSubscription(
      {
        ids: { callConnectionId: 'connection', serverCallId: 'server', correlationId: 'correlation' },
        audio,
        voice: new Voice(audio),
        callerRawId: '4:+14255550100',
      },
      {
        subscriptionId: 'subscription',
        transportUrl: 'wss://app.test/media?ticket=secret#part',
        channelType: 'mixed',
        format: audioFormats.pcm16kmono,
        bidirectional: true,
        dtmf: true,
      },
      {
        key: await createSigningKey('6d000000-0000-4000-8000-000000000001'),
        settings: new SettingsStore(),
        faults: new Faults(),
        log: { debug: line, info: line, warn: line, error: line },
      },
    );
    const failure = (): Promise<CallEvent> =>
      new Promise((resolve) => expect(subscription.start('context', resolve)).toBe(true));
    for (const failed of [await failure(), await failure()]) {
      expect(failed).toMatchObject({
        name: 'MediaStreamingFailed',
        operationContext: 'context',
        details: { mediaStreamingUpdate: { mediaStreamingStatusDetails: 'initialWebSocketConnectionFailed' } },
      });
    }
    expect(logged).toContainEqual(expect.objectContaining({ message: 'media socket could not be made' }));
    expect(JSON.stringify(logged)).not.toContain('secret');
  });
});
