import { app } from '@azure/functions';
import { handlers } from './app/compose.ts';

app.eventGrid('incomingCall', { handler: handlers.incomingCall });
