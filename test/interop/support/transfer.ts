import type { BackendCall } from './backend.ts';

/** As the functions ask for it: to a number, with a context id and a summary for the person. */
export async function askForTransfer(call: BackendCall, target: string): Promise<void> {
  await call.connection.transferCallToParticipant(
    { phoneNumber: target },
    {
      operationContext: 't1',
      customCallingContext: [
        { kind: 'sipuui', key: '', value: '43313031;encoding=hex' },
        { kind: 'sipx', key: 'AI-Summary', value: 'the%20caller%20disputes%20a%20charge', sipHeaderPrefix: 'X-' },
      ],
    },
  );
}
