import { app } from '@azure/functions';
import { handlers } from './app/compose.ts';

app.http('callEvents', {
  methods: ['POST'],
  // No function key: the handler checks ACS's signed token and the ticket of the call, and refuses without both.
  authLevel: 'anonymous',
  route: 'calls/{callId}/events',
  handler: handlers.callEvents,
});
